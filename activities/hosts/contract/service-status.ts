import { z } from 'zod';
import { read } from '../../kit/index.ts';
import { Bytes, HostName, Time, UnitName } from './names.ts';

/** How the main process ended last; absent while it has never ended. */
const LastExit = z.object({
  how: z.enum(['exited', 'killed', 'dumped']),
  /** The exit code, or the number of the signal. */
  status: z.number().int(),
  at: Time.nullable(),
});

/** What systemd and the kernel say of a service, from `systemctl show` and never from `systemctl status`. */
export const ServiceStatus = z.object({
  host: z.string(),
  unit: z.string(),
  /** The host key's SHA-256 fingerprint as OpenSSH prints it. */
  hostKey: z.string(),
  bootId: z.string(),
  /** The host's clock when it answered, and how far it is ahead of the worker's in milliseconds. */
  hostTime: Time,
  clockAheadMs: z.number(),
  /** `loaded`, `not-found`, `masked`, ... */
  loadState: z.string(),
  /** `active`, `activating`, `failed`, ... */
  activeState: z.string(),
  /** `running`, `auto-restart`, `dead`, ... */
  subState: z.string(),
  /** `success`, `signal`, `oom-kill`, `exit-code`, `start-limit-hit`, ... */
  result: z.string(),
  activeSince: Time.nullable(),
  mainPid: z.number().int().nullable(),
  mainStartedAt: Time.nullable(),
  invocationId: z.string().nullable(),
  /** Automatic restarts since somebody last started it by hand. */
  restarts: z.number().int(),
  /** True when it restarts again and again: waiting for its next automatic restart, or up for less than two minutes after one. */
  crashLooping: z.boolean(),
  lastExit: LastExit.nullable(),
  memory: z.object({
    /** `MemoryMax`; `null` is no limit. */
    maxBytes: Bytes,
    currentBytes: Bytes,
    /** The peak of the present process's cgroup; `null` where the kernel does not keep it. */
    peakBytes: Bytes,
  }),
  /** The kernel's OOM kills of this unit's processes in the last hour, each confirmed by the unit's own exit. */
  oomKillsLastHour: z.number().int(),
  lastOomKillAt: Time.nullable(),
  dropIns: z.array(z.string()),
});
export type ServiceStatus = z.output<typeof ServiceStatus>;

export const serviceStatus = read({
  description: 'What systemd and the kernel say of a service: since when, restarts, memory limit, OOM kills.',
  as: 'systemctl show UNIT',
  input: z.object({ host: HostName, unit: UnitName }),
  output: ServiceStatus,
  summary: ({ host, unit }) => `${unit} on ${host}`,
});
