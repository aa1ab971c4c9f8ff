import { StepFailure } from '../../kit/index.ts';
import { podName, type Filtered } from './drain-filters.ts';

const ALLOWS = {
  force: 'force: true evicts what nothing makes again',
  deleteEmptyDirData: 'deleteEmptyDirData: true evicts what keeps data in an emptyDir, and the data is lost',
};

/**
 * One refused pod evicts nothing; all of them are named at once, those of one reason together, in the order of the
 * filters. The reasons are kubectl's, word for word, so that they can be looked up and compared.
 */
export function refusedDrain(node: string, filtered: readonly Filtered[]): StepFailure | undefined {
  const refused = filtered.filter((f) => f.verdict === 'refuse');
  if (refused.length === 0) return undefined;
  const reasons = Map.groupBy(refused, ({ kubectl, why }) => kubectl ?? why);
  const said = [...reasons].map(([reason, of]) => `${reason}: ${of.map((f) => podName(f.pod)).join(', ')}`);
  const allowing = [...new Set(refused.flatMap(({ allowedBy }) => allowedBy ?? []))];
  return new StepFailure('refused', `${node} cannot be drained: ${said.join('; ')}`, {
    next: ['This try evicted nothing. Move these pods by hand', ...allowing.map((by) => ALLOWS[by])].join(
      '; or: ',
    ),
  });
}
