import { z } from 'zod';
import { read } from '../../kit/index.ts';
import { HostName, Time } from './names.ts';

const Count = z.number().int().nonnegative();

export const Process = z.object({
  pid: z.number().int(),
  parent: z.number().int(),
  user: z.string(),
  /** As ps says it: R runs, S sleeps, D waits for a disk or the network and cannot be killed, Z is dead and not collected. */
  state: z.string(),
  threads: Count,
  /** Share of one CPU in the second that was watched: 2 is two CPUs. `null` of one that began meanwhile. */
  cpu: z.number().nonnegative().nullable(),
  memoryBytes: Count,
  ageSeconds: Count,
  /** The systemd unit; `null` where ps was built without systemd or it belongs to none (a container's). */
  unit: z.string().nullable(),
  name: z.string(),
  /** At most 300 characters; what looks like a password or token is left out. */
  command: z.string(),
});
export type Process = z.output<typeof Process>;

export const ProcessList = z.object({
  host: z.string(),
  hostTime: Time,
  processors: Count,
  /** Over 1, 5 and 15 minutes. */
  load: z.tuple([z.number(), z.number(), z.number()]).nullable(),
  total: Count,
  /** Those that wait for a disk or the network and cannot be killed; their sum is in the load. */
  waiting: Count,
  /** Dead, and their parents have not collected them. */
  zombies: Count,
  /** The largest first. */
  processes: z.array(Process),
  /** Of those that matched; more than are listed when the list was cut. */
  matched: Count,
});
export type ProcessList = z.output<typeof ProcessList>;

export const processList = read({
  description:
    'Which processes use CPU or memory now, measured over one second; who waits and cannot be killed.',
  as: 'ps -eo pid,ppid,user,state,nlwp,rss,etimes,unit,comm,args; top -b -d 1 -n 2',
  input: z.object({
    host: HostName,
    by: z.enum(['cpu', 'memory']).default('cpu'),
    /** Only processes with this text in their name, command, user or unit. */
    matching: z.string().min(1).max(200).optional(),
    limit: z.number().int().min(1).max(100).default(15),
  }),
  output: ProcessList,
  timeout: '20s',
  summary: ({ host, by }) => `processes of ${host} by ${by}`,
});
