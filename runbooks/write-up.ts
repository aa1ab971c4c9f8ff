import { tickets } from '../activities/tickets/contract.ts';
import { approve, carryOut, handOver, journal, milestone, propose, trigger } from '../workflows/index.ts';
import { incidentReport } from './analysis/incident-report.ts';
import { acknowledgedAt } from './analysis/incident-times.ts';

/** What the run knows of the incident so far. */
export interface Story {
  readonly title: string;
  /** What users felt. */
  readonly impact: string;
  readonly began: string | undefined;
  readonly mitigated?: string | undefined;
}

export interface WholeStory extends Story {
  readonly summary: string;
  readonly rootCause: string;
  readonly followUps: readonly string[];
  readonly resolved?: string | undefined;
}

/** The incident report, in a ticket of this run. Answers both, and what the page of the incident tells of it. */
export async function writeUp(
  { ask, labels }: { ask: Parameters<typeof approve>[1]; labels: readonly string[] },
  story: WholeStory,
): Promise<
  Pick<WholeStory, 'summary' | 'impact' | 'rootCause' | 'followUps'> & { ticket: string; report: string }
> {
  sayWhen(story);
  const report = reportOf(story);
  const plan = await propose(
    `Open the ticket of this incident`,
    [tickets.open({ title: story.title, body: report, labels: ['incident', ...labels] })],
    { because: story.summary },
  );
  const [opened] = await carryOut(await approve(plan, ask));
  const { summary, impact, rootCause, followUps } = story;
  return { ticket: opened.location, summary, impact, rootCause, followUps, report };
}

/** Ends the run with what it found, for a person to go on from. Nothing more is changed. */
export function handOverWith(reason: string, story: Story) {
  sayWhen(story);
  const report = reportOf({
    ...story,
    summary: `Handed over: ${reason}`,
    rootCause: 'Not established by this run.',
    followUps: [],
  });
  return handOver(reason, { impact: story.impact, report });
}

/** For `nightshift report`, which reads the record and not this text. */
function sayWhen({ began, mitigated, resolved }: Pick<WholeStory, 'began' | 'mitigated' | 'resolved'>): void {
  if (began) milestone('impact-began', began, 'the first sign of trouble that the run found');
  if (mitigated) milestone('mitigated', mitigated, 'the run saw that users are well again');
  if (resolved) milestone('resolved', resolved, 'the run saw the cause removed');
}

function reportOf({ began, mitigated, resolved, ...story }: WholeStory): string {
  const { alertStartedAt, startedAt, run } = trigger();
  const lived = journal();
  return incidentReport({
    ...story,
    run,
    journal: lived,
    moments: {
      began,
      detected: alertStartedAt ?? startedAt,
      acknowledged: acknowledgedAt(lived),
      mitigated,
      resolved,
    },
  });
}
