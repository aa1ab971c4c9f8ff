import { z } from 'zod';
import { read } from '../../kit/index.ts';
import { HostName, Time } from './names.ts';

/**
 * - `oom-kill`: the kernel ended a process for want of memory;
 * - `link`: a network interface went up or down;
 * - `disk`: a block device or its controller reports errors;
 * - `filesystem`: a filesystem reports errors, or was made read-only;
 * - `hung-task`: a process or CPU did not get on for minutes;
 * - `conntrack`: the table of connections is full, and packets are dropped;
 * - `hardware`: memory, CPU or temperature errors;
 * - `crash`: the kernel's own (BUG, Oops, panic), or a program's segmentation fault.
 */
export const KERNEL_PROBLEMS = [
  'oom-kill',
  'link',
  'disk',
  'filesystem',
  'hung-task',
  'conntrack',
  'hardware',
  'crash',
] as const;

export const KernelMessages = z.object({
  host: z.string(),
  hostTime: Time,
  from: Time,
  /** Lines that were read; the newest of the window. */
  linesRead: z.number().int(),
  /** True when older lines of the window were not read. */
  truncated: z.boolean(),
  /** What is known to matter, the newest last, at most 200; a container host shares its kernel's log with others. */
  problems: z.array(
    z.object({
      at: Time,
      kind: z.enum(KERNEL_PROBLEMS),
      /** The process, interface, device or mount that it is about, where the message says so. */
      about: z.string().nullable(),
      message: z.string(),
    }),
  ),
  counts: z.array(
    z.object({ kind: z.enum(KERNEL_PROBLEMS), count: z.number().int(), firstAt: Time, lastAt: Time }),
  ),
  /** The newest lines, whatever they say. */
  entries: z.array(z.object({ at: Time, priority: z.number().int(), message: z.string() })),
});
export type KernelMessages = z.output<typeof KernelMessages>;

export const kernelMessages = read({
  description:
    "The kernel's messages with the time of day: OOM kills, links that go up and down, disk and filesystem errors, hung tasks.",
  as: 'journalctl -k --since ...; dmesg -T',
  input: z.object({
    host: HostName,
    /** By the host's clock; also before a reboot, where the journal is kept. */
    lastMinutes: z.number().int().min(1).max(10_080).default(60),
    /** How many of the newest lines are returned; up to 5,000 are read and sorted. */
    lines: z.number().int().min(0).max(200).default(20),
  }),
  output: KernelMessages,
  timeout: '20s',
  summary: ({ host, lastMinutes }) => `kernel messages of ${host}, last ${lastMinutes} minutes`,
});
