import { implementRead, StepFailure } from '../../kit/index.ts';
import { semanticDiff } from '../changes/semantic-diff.ts';
import { printable } from '../client/failure.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { truncation } from '../truncated.ts';
import { readWorkload } from './read-workload.ts';
import { controllerTemplates, deploymentTemplates, type RevisionTemplate } from './revisions.ts';

const SHOWN = 50;
const LONGEST_VALUE = 200;

export const compareRevisions = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.compareRevisions, async ({ from, to, ...ref }, context) => {
    const { kind, object } = await readWorkload(api, ref, context);
    const { namespace } = ref;
    const known =
      kind === 'Deployment'
        ? deploymentTemplates(object, (await api.list('replicasets', { namespace }, context)).items)
        : controllerTemplates(object, (await api.list('controllerrevisions', { namespace }, context)).items);
    const [before, after] = [from, to].map((wanted) => revisionNumbered(known, wanted));
    const all = semanticDiff(before!.template, after!.template);
    const differences = all.slice(0, SHOWN).map((d) => ({
      path: d.path,
      before: asText(d.before),
      after: asText(d.after),
    }));
    return {
      from: before!.revision,
      to: after!.revision,
      differences,
      ...truncation({ kept: differences.length, of: all.length, what: 'differences' }),
    };
  });

function revisionNumbered(known: readonly RevisionTemplate[], wanted: number): RevisionTemplate {
  const found = known.find((k) => k.revision.revision === wanted);
  if (found) return found;
  throw new StepFailure('invalid', `There is no revision ${wanted}`, {
    next: `There are ${known.map((k) => k.revision.revision).join(', ') || 'none'}.`,
  });
}

const asText = (value: unknown): string | null =>
  value === null ? null : printable(typeof value === 'string' ? value : JSON.stringify(value), LONGEST_VALUE);
