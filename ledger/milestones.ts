/**
 * When an incident began to be felt, was detected, acknowledged, mitigated and resolved: each with the fact that it rests
 * on, and unknown where there is none. What the run said of it goes first; then what the ledger saw.
 */
import type { Milestone, MilestoneFacts, RunOutcome } from '../workflows/messages.ts';

/** A moment with its fact, or that nobody knows it, and why. */
export type Known = { readonly at: string; readonly because: string } | { readonly unknown: string };
export type Milestones = Readonly<Record<Milestone, Known>>;

/** What the ledger has of one run and its alerts. */
export interface IncidentEvidence {
  readonly receivedAt: string;
  readonly endedAt?: string | undefined;
  readonly outcome?: RunOutcome | undefined;
  /** Who asked for it, where a person did. */
  readonly askedBy?: string | undefined;
  /** Each firing once. */
  readonly alerts: readonly {
    readonly name: string;
    readonly startedAt: string;
    readonly endedAt?: string | undefined;
  }[];
  /** What people answered, took over, stopped or ended, oldest first. */
  readonly hands: readonly { readonly at: string; readonly person: string; readonly did: string }[];
  /** When its first change of risk `reversible` or above had taken effect. */
  readonly changedAt?: string | undefined;
  /** Checks that passed, by their end, oldest first. */
  readonly passed: readonly { readonly at: string; readonly title: string }[];
  /** What the run itself said, oldest first. */
  readonly said: readonly MilestoneFacts[];
}

export function milestonesOf(seen: IncidentEvidence): Milestones {
  return {
    'impact-began': said(seen, 'impact-began') ?? {
      unknown: 'the run found no first sign of trouble',
    },
    detected: detected(seen),
    acknowledged: acknowledged(seen),
    mitigated: said(seen, 'mitigated') ?? mitigated(seen),
    resolved: said(seen, 'resolved') ?? resolved(seen),
  };
}

function said({ said }: IncidentEvidence, which: MilestoneFacts['milestone']): Known | undefined {
  const last = said.findLast(({ milestone }) => milestone === which);
  return last && { at: last.at, because: last.because };
}

function detected({ alerts, askedBy, receivedAt }: IncidentEvidence): Known {
  const [first] = alerts.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
  if (first) return { at: first.startedAt, because: `the alert ${first.name} started to fire` };
  if (askedBy !== undefined) return { at: receivedAt, because: `${askedBy} asked for the run` };
  return { unknown: 'neither an alert nor a person started the run' };
}

function acknowledged({ hands, askedBy, receivedAt }: IncidentEvidence): Known {
  if (askedBy !== undefined) return { at: receivedAt, because: `${askedBy} asked for the run` };
  const [first] = hands;
  if (first) return { at: first.at, because: `${first.person} ${first.did}` };
  return { unknown: 'no person answered the run or took it over' };
}

/** A check after the change shows it; without one, that the alerts have ended. */
function mitigated(seen: IncidentEvidence): Known {
  const { changedAt, passed } = seen;
  const shown = changedAt && passed.find(({ at }) => at >= changedAt);
  if (shown) return { at: shown.at, because: `"${shown.title}" passed after the first change` };
  const ended = lastEnd(seen);
  if (ended) return { at: ended, because: 'the last of its alerts ended' };
  return { unknown: changedAt ? 'no check passed after the change' : 'nothing was changed' };
}

/** Not before its alerts have ended, and where it completed, not before it had: it puts things back until then. */
function resolved(seen: IncidentEvidence): Known {
  const { alerts, endedAt, outcome, changedAt } = seen;
  const completed = outcome === 'completed' ? endedAt : undefined;
  const ended = lastEnd(seen);
  if (alerts.length > 0 && !ended) return { unknown: `${firing(seen)} of its alerts had not ended` };
  if (ended && completed && changedAt && completed > ended)
    return { at: completed, because: 'the run completed, and its alerts had ended' };
  if (ended) return { at: ended, because: 'the last of its alerts ended' };
  if (completed && changedAt) return { at: completed, because: 'the run completed what it had changed' };
  return { unknown: outcome ? `the run ended as ${outcome}` : 'the run has not ended' };
}

const firing = ({ alerts }: IncidentEvidence): number =>
  alerts.filter(({ endedAt }) => endedAt === undefined).length;

function lastEnd(seen: IncidentEvidence): string | undefined {
  if (seen.alerts.length === 0 || firing(seen) > 0) return undefined;
  return seen.alerts
    .map(({ endedAt }) => endedAt!)
    .toSorted()
    .at(-1);
}

/** Milliseconds, where both ends are known and in order. */
export interface IncidentTimes {
  /** From the beginning of the impact to the detection. */
  readonly detect?: number | undefined;
  /** From the detection to the first word of a person. */
  readonly acknowledge?: number | undefined;
  /** From the beginning of the impact, or the detection where that is not known. */
  readonly mitigate?: number | undefined;
  readonly resolve?: number | undefined;
}

export function timesOf(milestones: Milestones): IncidentTimes {
  const at = (which: Milestone): number | undefined => {
    const known = milestones[which];
    return 'at' in known ? Date.parse(known.at) : undefined;
  };
  const between = (from: number | undefined, to: number | undefined) =>
    from === undefined || to === undefined || to < from ? undefined : to - from;
  const [began, detected] = [at('impact-began'), at('detected')];
  const from = began ?? detected;
  return {
    detect: between(began, detected),
    acknowledge: between(detected, at('acknowledged')),
    mitigate: between(from, at('mitigated')),
    resolve: between(from, at('resolved')),
  };
}
