/** What the program on a host says of a file that it was asked for. */
import { isMoment, StepFailure } from '../../kit/index.ts';
import { fieldsOf, type Answer } from '../program/answer.ts';
import { quantity } from '../systemd/show.ts';

export interface Asked {
  readonly host: string;
  readonly path: string;
  /** As the host's allow list calls it. */
  readonly permission: 'tail' | 'checksum';
}

/** The file's facts; one that is not there is an answer, one that may not be read a refusal. */
export function openedFile({ host, path, permission }: Asked, answer: Answer) {
  const facts = fieldsOf(answer.lines);
  const { state, opened, bytes, mode, changed } = facts;
  const found = state === 'read';
  if (!found && state !== 'not-there') throw notRead({ host, path, permission }, state);
  const changedMs = (quantity(changed) ?? Number.NaN) * 1000;
  return {
    facts,
    file: {
      host,
      hostTime: answer.hostTime.toISOString(),
      path,
      found,
      openedPath: found && opened !== path ? (opened ?? null) : null,
      bytes: quantity(bytes),
      mode: mode === undefined ? null : `0${mode}`,
      changedAt: isMoment(changedMs) ? new Date(changedMs).toISOString() : null,
    },
  };
}

function notRead({ host, path, permission }: Asked, state: string | undefined): StepFailure {
  const facts = { host, path };
  switch (state) {
    case 'not-allowed':
      return new StepFailure('refused', `${host} does not let nightshift read ${path}`, {
        next: `Root can allow its folder there: a line "${permission} FOLDER" in /etc/nightshift/host.allow.`,
        facts,
      });
    case 'no-file':
      return new StepFailure('invalid', `${path} on ${host} is no regular file`, { facts });
    case 'not-readable':
      return new StepFailure('refused', `${path} on ${host} cannot be opened`, { facts });
    case 'not-measured':
      return new StepFailure('retryable', `${path} on ${host} could not be read to its end in time`, {
        facts,
      });
    default:
      return new StepFailure('retryable', `${host} did not say what ${path} is`, { facts });
  }
}
