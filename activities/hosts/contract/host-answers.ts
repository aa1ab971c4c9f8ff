import { z } from 'zod';
import { read, Verdict } from '../../kit/index.ts';
import { HostName } from './names.ts';

export const hostAnswers = read({
  description:
    'Does the host itself answer, over SSH? `fail`: it cannot be reached; `unknown`: it can, and nothing can be asked there.',
  as: 'ssh HOST true',
  input: z.object({ host: HostName }),
  output: Verdict.extend({
    host: z.string(),
    bootId: z.string().nullable(),
    /** How far its clock is ahead of the worker's, in milliseconds. */
    clockAheadMs: z.number().nullable(),
  }),
  timeout: '25s',
  summary: ({ host }) => `does ${host} answer?`,
});
