/** Answers of the program on a node of the lab (Kubernetes 1.34.4, Debian 12), as they came. */
import { readFileSync } from 'node:fs';
import { parseAnswer, type Answer } from '../../../activities/hosts/program/answer.ts';
import type { Ran } from '../../../activities/hosts/ssh/exec.ts';

export const sampleText = (name: string): string =>
  readFileSync(new URL(`./samples/${name}`, import.meta.url), 'utf8');

/** As if it had been sent 40 ms before and read 60 ms after the host's clock stood in the answer. */
export function ranWith(stdout: string): Ran {
  const hostMs = Number(/host-time=([\d.]+)/.exec(stdout)?.[1] ?? 0) * 1000;
  return {
    code: 0,
    signal: null,
    stdout,
    stderr: '',
    hostKey: 'SHA256:key',
    sentAt: Math.floor(hostMs) - 40,
    endedAt: Math.ceil(hostMs) + 60,
  };
}

export const answerOf = (stdout: string): Answer =>
  parseAnswer({ host: 'node-worker-3', effect: 'read' }, ranWith(stdout));
export const sample = (name: string): Answer => answerOf(sampleText(name));
