import { z } from 'zod';
import { change } from '../../kit/index.ts';
import { HostName } from './names.ts';

const Word = z
  .string()
  .max(4_000)
  .refine((word) => !word.includes('\0'), 'must not contain a NUL byte');

export const run = change({
  description:
    "Runs one command on a host, once, as root: a program and its words, never a shell's line. Root allows commands there, in /etc/nightshift/host.allow. Any exit code is an answer; look at it.",
  as: 'timeout -k 5 30 /usr/sbin/conntrack -D -d 10.96.0.1',
  risk: 'disruptive',
  input: z.object({
    host: HostName,
    /** The program by its whole path, and its words as they are. */
    command: z
      .tuple([z.string().regex(/^\/[^\0]+$/, 'must be the whole path of a program')], Word)
      .refine((words) => words.join('').length <= 16_000, 'is too long'),
    /** The host ends it after that. */
    withinSeconds: z.number().int().min(1).max(240).default(30),
  }),
  output: z.object({
    hostTime: z.string(),
    exitCode: z.number().int(),
    /** Ended by the host when its time was over. */
    timedOut: z.boolean(),
    /** The first 64 and 16 KiB, control characters replaced. */
    stdout: z.string(),
    stderr: z.string(),
    truncated: z.boolean(),
  }),
  preconditions: z.object({ hostKey: z.string(), bootId: z.string() }),
  preimage: z.object({}),
  timeout: '5 minutes',
  target: ({ host }) => `host/${host}`,
  summary: ({ host, command }) => `Run ${inWords(command)} on ${host}`,
});

/** For people: words that a shell would read otherwise are quoted. */
const inWords = (command: readonly string[]) =>
  command.map((word) => (/^[\w./:@%+,=-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
