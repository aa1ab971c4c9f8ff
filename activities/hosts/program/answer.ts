/** What the program on the host answers: a first line, its clock and boot, the verb's lines, and an end that shows it whole. */
import { isMoment, StepFailure } from '../../kit/index.ts';
import type { Ran } from '../ssh/exec.ts';

/** Version 1 and later answer in this form; a verb that a version does not have is refused there by name. */
const PROTOCOL = /^nightshift-host [1-9]\d*$/;

export interface Answer {
  readonly host: string;
  readonly hostKey: string;
  readonly bootId: string;
  readonly hostTime: Date;
  /**
   * How far the host's clock is ahead, in milliseconds: no less than `least` and no more than `most`, because it was read
   * somewhere between sending and the end of the answer.
   */
  readonly clockAhead: { readonly least: number; readonly most: number };
  /** The exit status of what the verb ran. */
  readonly status: number;
  readonly lines: readonly string[];
  readonly stderr: string;
}

export interface Asked {
  readonly host: string;
  readonly effect: 'read' | 'change';
}

export function parseAnswer({ host, effect }: Asked, ran: Ran): Answer {
  const lines = ran.stdout.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const end = /^nightshift-end (\d+)$/.exec(lines.pop() ?? '');
  const [protocol, time, boot, ...rest] = lines;
  const hostSeconds = Number(/^host-time=(\d+(?:\.\d+)?)/.exec(time ?? '')?.[1] ?? NaN);
  const bootId = /^boot-id=([0-9a-f-]{36})$/.exec(boot ?? '')?.[1];
  if (!PROTOCOL.test(protocol ?? '') || !end || !isMoment(hostSeconds * 1000) || !bootId) {
    throw noAnswer({ host, effect, ran, protocol: lines[0] });
  }
  const hostTime = new Date(hostSeconds * 1000);
  return {
    host,
    hostKey: ran.hostKey,
    bootId,
    hostTime,
    clockAhead: { least: hostTime.getTime() - ran.endedAt, most: hostTime.getTime() - ran.sentAt },
    status: Number(end[1]),
    lines: rest,
    stderr: ran.stderr,
  };
}

/** The clock's distance as one number: 0 while the measurement allows that both agree. */
export function clockAheadMs({ clockAhead: { least, most } }: Pick<Answer, 'clockAhead'>): number {
  if (least <= 0 && most >= 0) return 0;
  return Math.round(least > 0 ? least : most);
}

/** `key=value` lines as an object; a key's last line wins. */
export function fieldsOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.flatMap((line) => {
      const at = line.indexOf('=');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
    }),
  );
}

/** What a host printed, as one short line without control characters. */
export const quotable = (text: string): string =>
  text
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .trim()
    .slice(0, 300);

interface Unanswered extends Asked {
  readonly ran: Ran;
  readonly protocol: string | undefined;
}

function noAnswer({ host, effect, ran, protocol }: Unanswered): StepFailure {
  const said = quotable(ran.stderr);
  const facts = { host, code: ran.code, signal: ran.signal };
  const install = `Install it: nightshift host install ${host}.`;
  if (protocol !== undefined && PROTOCOL.test(protocol)) {
    return effect === 'change'
      ? new StepFailure(
          'unknown-outcome',
          `${host} was cut off in the middle of its answer; the change may have been made`,
          {
            next: 'The host keeps a record of the operation; it says whether the change was made.',
            facts,
          },
        )
      : new StepFailure('retryable', `${host} was cut off in the middle of its answer`, { facts });
  }
  // Nothing of the answer came: the program was not reached, or refused the words before it did anything.
  if (ran.code === 64) {
    const older = /no such verb/.test(said) && { next: `It is from before this step was there. ${install}` };
    return new StepFailure('invalid', `nightshift-host on ${host} refused: ${said}`, { facts, ...older });
  }
  if (ran.code === 127 || /not found/.test(said)) {
    return new StepFailure('invalid', `nightshift-host is not installed on ${host}`, {
      next: install,
      facts,
    });
  }
  if (/^sudo:/.test(said)) {
    return new StepFailure('refused', `sudo on ${host} does not allow nightshift-host: ${said}`, {
      next: install,
      facts,
    });
  }
  return new StepFailure(
    effect === 'change' ? 'unknown-outcome' : 'invalid',
    `${host} gave no answer that can be read (exit ${ran.code ?? ran.signal})${said ? `: ${said}` : ''}`,
    { next: install, facts },
  );
}
