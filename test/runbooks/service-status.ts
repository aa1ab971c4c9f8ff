import type { Journal, ServiceStatus } from '../../activities/hosts/contract.ts';

const AT = '2026-11-21T02:40:00.000Z';

/** A service that runs, as serviceStatus gives it, of which a test says only what matters. */
export const serviceRunning = (unit: string, different: Partial<ServiceStatus> = {}): ServiceStatus => ({
  host: 'w3',
  unit,
  hostKey: 'SHA256:x',
  bootId: 'boot',
  hostTime: AT,
  clockAheadMs: 0,
  loadState: 'loaded',
  activeState: 'active',
  subState: 'running',
  result: 'success',
  activeSince: AT,
  mainPid: 1,
  mainStartedAt: AT,
  invocationId: 'i',
  restarts: 0,
  crashLooping: false,
  lastExit: null,
  memory: { maxBytes: null, currentBytes: null, peakBytes: null },
  oomKillsLastHour: 0,
  lastOomKillAt: null,
  dropIns: [],
  ...different,
});

/** A journal whose patterns were found so many seconds ago; those not named were not found. */
export const journalWith = (
  patterns: Readonly<Record<string, string>>,
  found: Readonly<Record<string, number>>,
  { lastLine = 5, hostTime = AT }: { lastLine?: number; hostTime?: string } = {},
): Journal => {
  const ago = (seconds: number) => new Date(Date.parse(hostTime) - seconds * 1_000).toISOString();
  return {
    host: 'w3',
    unit: 'kubelet.service',
    from: ago(1_800),
    hostTime,
    entries: [{ at: ago(lastLine), priority: 6, identifier: 'kubelet', pid: 1, message: 'its last words' }],
    linesRead: 1,
    truncated: false,
    patterns: Object.entries(patterns).map(([name, pattern]) => {
      const at = found[name];
      return {
        pattern,
        count: at === undefined ? 0 : 3,
        firstAt: at === undefined ? null : ago(at + 60),
        lastAt: at === undefined ? null : ago(at),
        example: at === undefined ? null : `a line about the ${name}`,
      };
    }),
    oomKills: [],
  };
};
