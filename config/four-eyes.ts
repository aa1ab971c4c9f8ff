/** Who does not count as a second pair of eyes for this run. */
import type { Question, Trigger } from '../workflows/messages.ts';
import type { PolicyDecision } from './policy.ts';

/** Runbook id to the person who changed it last. */
export type RunbookAuthors = Readonly<Record<string, string | undefined>>;

/**
 * Those whom the policy excludes here, each with the reason that they are told. Throws a TypeError when it excludes an
 * author whom nobody has named: an exception that excepts nobody would pass unseen.
 */
export function excludedBy(
  decision: PolicyDecision,
  run: {
    readonly runbook: string;
    readonly trigger: Pick<Trigger, 'person'>;
    readonly authors?: RunbookAuthors | undefined;
  },
): Question['excluded'] {
  const except = 'people' in decision ? (decision.except ?? []) : [];
  const excluded: Question['excluded'] = [];
  if (except.includes('requester') && run.trigger.person !== undefined)
    excluded.push({ person: run.trigger.person, why: because('they asked for this run') });
  if (except.includes('author')) {
    const person = authorOf(run);
    if (!excluded.some((e) => e.person === person))
      excluded.push({ person, why: because('they changed this runbook last') });
  }
  return excluded;
}

const because = (why: string): string => `${why}, and the policy wants other eyes`;

function authorOf(run: { runbook: string; authors?: RunbookAuthors | undefined }): string {
  const { runbook, authors = {} } = run;
  const author = Object.hasOwn(authors, runbook) ? authors[runbook] : undefined;
  if (author !== undefined) return author;
  throw new TypeError(
    `the policy excludes the author of "${runbook}", and the configuration names none: add it under runbookAuthors`,
  );
}
