/** A change on a host as an operation that the host carries out once: its words, and what is recorded of it. */
import { StepFailure, type ApplyContext } from '../../kit/index.ts';
import type { Ssh } from '../ssh/ssh.ts';
import { fieldsOf, quotable, type Answer } from './answer.ts';
import { ask, order } from './ask.ts';

/** What the host has recorded of an operation and attempt. */
export type Recorded =
  | { readonly state: 'applied'; readonly facts: Readonly<Record<string, string>>; readonly answer: Answer }
  | {
      readonly state: 'refused';
      readonly reason: string;
      readonly facts: Readonly<Record<string, string>>;
      readonly answer: Answer;
    }
  | { readonly state: 'not-seen' | 'begun-no-result'; readonly answer: Answer };

type Attempt = Pick<ApplyContext, 'operation' | 'attempt' | 'signal' | 'deadline'>;

/** Letters, digits and `._:/-` as they are, everything else percent-encoded: the alphabet that the host takes. */
export const encodeWord = (text: string): string =>
  encodeURIComponent(text)
    .replace(/[!~*'()]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/')
    .replaceAll('%3A', ':');

/** The plan's title for the host's journal: spaces as `+`, shortened before it is encoded so that no escape is cut. */
export function encodeReason(reason: string): string {
  let words = encodeWord(reason.trim().slice(0, 200)).replaceAll('%20', '+');
  while (words.length > 400) words = words.slice(0, -1).replace(/%[0-9A-F]?$/, '');
  return words || '-';
}

export async function recordedOf(ssh: Ssh, host: string, attempt: Attempt): Promise<Recorded> {
  const words = ['result', encodeWord(attempt.operation), String(attempt.attempt)];
  return recorded(await ask(ssh, { host, words, withinSeconds: 5 }, attempt));
}

export interface Operation {
  readonly host: string;
  readonly hostKey: string;
  /** `null`: whatever boot the host is in. */
  readonly bootId: string | null;
  readonly verb: string;
  /** The verb's own words, preconditions among them. */
  readonly words: readonly string[];
}

/**
 * Carries an operation out once. The host's clock is read first, so that the operation expires there at the call's
 * deadline, however the two clocks differ; an operation that is already recorded is answered from the record.
 */
export async function carryOutOnHost(
  ssh: Ssh,
  operation: Operation,
  context: ApplyContext,
): Promise<Recorded> {
  const { host, hostKey, bootId, verb } = operation;
  const before = await recordedOf(ssh, host, context);
  if (before.state !== 'not-seen') return before;
  const expires = Math.floor((context.deadline.getTime() + before.answer.clockAhead.least) / 1000);
  const words = [
    verb,
    encodeWord(context.operation),
    String(context.attempt),
    String(expires),
    encodeReason(context.reason),
    bootId ?? 'any',
    ...operation.words,
  ];
  return recorded(await order(ssh, { host, hostKey, words }, context));
}

function recorded(answer: Answer): Recorded {
  const { state, reason, ...facts } = fieldsOf(answer.lines);
  if (state === 'applied') return { state, facts, answer };
  if (state === 'refused') return { state, reason: reason ?? 'without a reason', facts, answer };
  if (state === 'not-seen' || state === 'begun-no-result') return { state, answer };
  throw new StepFailure(
    'unknown-outcome',
    `${answer.host} answered with a state that is not known: ${state ?? 'none'}`,
  );
}

export interface Refusal {
  readonly host: string;
  readonly unit: string;
  readonly recorded: Exclude<Recorded, { state: 'applied' }>;
}

/** Why a change was not made, in the reader's words and sorted. */
export function refusal({ host, unit, recorded }: Refusal): StepFailure {
  const facts = { host, unit, ...(recorded.state === 'refused' && { reason: recorded.reason }) };
  if (recorded.state !== 'refused') {
    return new StepFailure(
      'unknown-outcome',
      `${host} has begun the change of ${unit} and has no result of it`,
      {
        next: `Look on the host: journalctl -t nightshift-host; systemctl show ${unit}.`,
        facts,
      },
    );
  }
  const [kind, words] = Object.hasOwn(REASONS, recorded.reason)
    ? REASONS[recorded.reason]!
    : (['refused', `it says "${quotable(recorded.reason)}"`] as const);
  const seen = Object.entries(recorded.facts)
    .filter(([key]) => key !== 'recorded' && key !== 'replayed')
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');
  const also = seen ? ` (${quotable(seen)})` : '';
  return new StepFailure(kind, `nothing was changed on ${host}: ${words}${also}`, {
    next: kind === 'retryable' ? 'Try again.' : 'Look at the host and make the plan again.',
    facts,
  });
}

const REASONS: Readonly<Record<string, readonly ['retryable' | 'conflict' | 'refused' | 'invalid', string]>> =
  {
    busy: ['retryable', 'another change is under way there'],
    'no-record': ['retryable', 'it cannot write down what it does (is /var/lib full or read-only?)'],
    expired: ['retryable', 'the operation had expired when it arrived'],
    superseded: ['conflict', 'a later attempt of this operation has been seen'],
    rebooted: ['conflict', 'the host was rebooted since the plan was made'],
    'not-loaded': ['invalid', 'systemd has no such unit loaded'],
    'other-command': ['invalid', 'this operation was recorded with another command'],
    'other-limit': ['conflict', 'another memory limit is in force than when the plan was made'],
    'other-drop-in': ['conflict', "nightshift's drop-in is not what it was when the plan was made"],
    'not-written': [
      'refused',
      'the drop-in could not be written or systemd not reloaded; the former state was put back',
    ],
    overridden: [
      'refused',
      'another drop-in or a runtime property overrides the new limit; the former state was put back',
    ],
    'other-invocation': ['conflict', 'the service was restarted since the plan was made'],
    'not-that-crash-loop': ['conflict', 'the service was restarted by hand since the plan was made'],
    'no-such-log': ['conflict', 'the log is gone'],
    'other-log': ['conflict', 'the log was rotated since the plan was made'],
    'small-by-now': ['conflict', 'it is smaller by now than when the plan was made'],
    'not-truncated': ['refused', 'the log could not be emptied'],
    'not-measured': ['retryable', 'the size of the journal could not be measured'],
    'not-vacuumed': ['refused', 'journalctl did not remove anything'],
    'not-allowed': ['refused', 'root has not allowed it there (/etc/nightshift/host.allow)'],
    'no-such-program': ['invalid', 'there is no such program'],
    'unsafe-folder': ['refused', 'others than root can write in the folder or one above it'],
    'no-file': ['invalid', 'there is something else than a regular file'],
    'other-content': ['conflict', 'the file holds something else than when the plan was made'],
    'no-preimage': ['refused', 'what was there before is not kept on the host'],
    'not-uploaded': ['refused', 'the file could not be written; what was there is as it was'],
    'not-restarted': ['refused', 'systemd did not restart the service'],
  };
