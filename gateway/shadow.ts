import { ConfigError, type Config } from '../config/index.ts';
import type { RunbookDefinition } from '../workflows/define-runbook.ts';

/**
 * The runbooks whose alerts start runs that only try. Throws a ConfigError for an id that no runbook has: a misspelt one
 * would let its runbook act.
 */
export function runbooksInShadow(
  { shadow }: Pick<Config, 'shadow'>,
  runbooks: readonly RunbookDefinition[],
): ReadonlySet<string> {
  const known = runbooks.map(({ id }) => id);
  const problems = shadow.flatMap((id, index) =>
    known.includes(id)
      ? []
      : [
          {
            field: `shadow.${index}`,
            message: `there is no runbook "${id}"; there are: ${known.join(', ')}`,
          },
        ],
  );
  if (problems.length > 0) throw new ConfigError('nightshift.config.ts', problems);
  return new Set(shadow);
}
