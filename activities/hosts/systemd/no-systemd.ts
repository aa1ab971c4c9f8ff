import { StepFailure } from '../../kit/index.ts';
import type { Answer } from '../program/answer.ts';

/** What a shell, and timeout(1), answer for a program that is not there. */
const NO_PROGRAM = 127;

/** Throws `invalid` where the host has no systemd, as Alpine and others with OpenRC: trying again does not help there. */
export function assertHasSystemd({ host, status }: Pick<Answer, 'host' | 'status'>, program: string): void {
  if (status !== NO_PROGRAM) return;
  throw new StepFailure('invalid', `${host} has no systemd: there is no ${program} on it`, {
    next: 'Services and their journal are read from systemd only; on a host with OpenRC or another init, look by hand.',
    facts: { host, program },
  });
}
