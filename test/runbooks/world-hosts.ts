import { hosts } from '../../activities/hosts/contract.ts';
import { implementChange, implementRead, type ImplementedStep } from '../../activities/kit/index.ts';
import type { World } from './world.ts';

const bytes = (limit: string) => Number(limit.slice(0, -1)) * 1024 * 1024;

/** kube-proxy on a world's nodes: it is killed while its limit is below its need, and routes once it is not. */
export function hostSteps(at: (host: string) => World): ImplementedStep[] {
  const now = (host: string) => at(host).ago(0);
  const killed = (host: string) => {
    const { kubeProxy, bad } = at(host);
    return bad.nodes.has(host) && kubeProxy.limitBytes < kubeProxy.needBytes;
  };
  const sync = (host: string) => {
    const broken = at(host).bad.nodes.has(host);
    return {
      verdict: broken ? ('fail' as const) : ('pass' as const),
      reason: broken ? '1 of 404 Service ports differs' : 'all 404 Service ports match',
      host,
      conditions: [],
      compared: 404,
      differing: broken ? 1 : 0,
      differences: [],
      processStartedAt: null,
      lastSyncAt: null,
      hostTime: now(host),
    };
  };
  return [
    implementRead(hosts.serviceStatus, async ({ host, unit }) => ({
      host,
      unit,
      hostKey: 'SHA256:x',
      bootId: 'boot',
      hostTime: now(host),
      clockAheadMs: 0,
      ...(at(host).daemonSet
        ? { loadState: 'not-found', activeState: 'inactive', subState: 'dead' }
        : {
            loadState: 'loaded',
            activeState: killed(host) ? 'activating' : 'active',
            subState: killed(host) ? 'auto-restart' : 'running',
          }),
      result: killed(host) ? 'signal' : 'success',
      activeSince: null,
      mainPid: null,
      mainStartedAt: null,
      invocationId: null,
      restarts: killed(host) ? 12 : 0,
      crashLooping: killed(host),
      lastExit: null,
      memory: {
        maxBytes: at(host).kubeProxy.limitBytes,
        currentBytes: null,
        peakBytes: at(host).kubeProxy.limitBytes,
      },
      oomKillsLastHour: killed(host) ? 12 : 0,
      lastOomKillAt: null,
      dropIns: [],
    })),
    implementRead(hosts.journal, async ({ host, unit }) => ({
      host,
      unit,
      from: now(host),
      hostTime: now(host),
      entries: [],
      linesRead: 0,
      truncated: false,
      patterns: [],
      oomKills: killed(host)
        ? [{ at: now(host), process: 'kube-proxy', pid: 1, unit, anonRssBytes: 19_000_000 }]
        : [],
    })),
    implementRead(hosts.kernelMessages, async ({ host }) => ({
      host,
      hostTime: now(host),
      from: at(host).ago(3_600),
      linesRead: 0,
      truncated: false,
      problems: [],
      counts: [],
      entries: [],
    })),
    implementRead(hosts.kubeProxySynced, async ({ host }) => sync(host)),
    implementRead(hosts.waitForKubeProxySync, async ({ host }) => ({ ...sync(host), looks: 1, waitedMs: 0 })),
    implementRead(hosts.connectFromHost, async ({ host, address, port }) => {
      const reached = at(host).reaches(host);
      return {
        verdict: reached ? 'pass' : 'fail',
        reason: reached ? 'connected' : 'timed out',
        host,
        address,
        port,
        outcome: reached ? 'connected' : 'timed-out',
        milliseconds: reached ? 1 : null,
      };
    }),
    implementChange(hosts.setServiceLimit, {
      plan: async ({ host, memoryMax }) => {
        const memoryMaxBytes = at(host).kubeProxy.limitBytes;
        return {
          diff: [{ path: 'MemoryMax', before: memoryMaxBytes, after: memoryMax }],
          preconditions: { hostKey: 'SHA256:x', bootId: 'boot', memoryMaxBytes, dropIn: null },
          preimage: { hostKey: 'SHA256:x', memoryMaxBytes, dropIn: null },
          dryRun: 'none',
        };
      },
      apply: async ({ host, memoryMax }) => {
        at(host).kubeProxy.limitBytes = bytes(memoryMax!);
        at(host).effects.push(`limit ${memoryMax}`);
        return {
          outcome: 'applied',
          output: { hostTime: now(host), memoryMaxBytes: bytes(memoryMax!), restartNeeded: true },
        };
      },
      probe: async () => ({ state: 'unknown', reason: 'not asked here' }),
    }),
    implementChange(hosts.restartService, {
      plan: async () => ({
        diff: [{ path: 'process', before: 'running', after: 'new' }],
        preconditions: {
          hostKey: 'SHA256:x',
          bootId: 'boot',
          running: { kind: 'crash-loop', restartsAtLeast: 1 },
        },
        preimage: {},
        dryRun: 'none',
      }),
      apply: async ({ host }) => {
        at(host).effects.push('restart kube-proxy');
        if (!killed(host)) at(host).bad.nodes.delete(host);
        return {
          outcome: 'applied',
          output: { startedAt: now(host), invocationId: 'i', mainPid: 1, activeState: 'active' },
        };
      },
      probe: async () => ({ state: 'unknown', reason: 'not asked here' }),
    }),
  ];
}
