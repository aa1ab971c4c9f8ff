/**
 * "Has it really synced?", as a decision over what was seen. healthz says yes without an API server, old rules stay
 * after a restart, and a count of rules proves nothing; so six conditions, of which none may be unknown.
 */
import type { z } from 'zod';
import { SYNC_CONDITIONS, type ProxyMode, type SyncVerdict } from '../contract/kube-proxy-sync.ts';
import type { Connection } from '../contract/connect-from-host.ts';
import type { Verdict } from '../../kit/index.ts';
import type { Compared } from './compare-rules.ts';
import type { ProxyMetrics } from './metrics.ts';

/** What was asked and could not be seen: why, in words. */
export interface Unseen {
  readonly unseen: string;
}

/** The unit that runs kube-proxy, where one does. */
export interface ProxyUnit {
  readonly unit: string;
  readonly mainStartedAt: string | null;
  readonly crashLooping: boolean;
  readonly restarts: number;
  readonly subState: string;
}

export interface Seen {
  readonly host: string;
  readonly hostTime: string | null;
  readonly clockAheadMs: number;
  readonly since?: string | undefined;
  /** `null` where no such unit is loaded: kube-proxy runs as a pod. */
  readonly unit: ProxyUnit | null | Unseen;
  readonly metrics: ProxyMetrics | Unseen;
  readonly mode: ProxyMode | Unseen;
  /** The failed restores of an earlier look, to see them rise. */
  readonly earlierFailures?: number | null;
  readonly rules: Compared | Unseen;
  readonly connection: Pick<Connection, 'verdict' | 'reason'> | Unseen;
}

/** `ProxyMetrics.processStart` is the kernel's, to about a second. */
const START_TOLERANCE_MS = 2_000;
const CLOCK_TOLERANCE_MS = 2_000;
const SHOWN_DIFFERENCES = 10;

const pass = (reason: string): Verdict => ({ verdict: 'pass', reason });
const fail = (reason: string): Verdict => ({ verdict: 'fail', reason });
const unknown = (reason: string): Verdict => ({ verdict: 'unknown', reason });
const isUnseen = (value: unknown): value is Unseen =>
  typeof value === 'object' && value !== null && 'unseen' in value;
const at = (seconds: number) => new Date(seconds * 1000).toISOString();

export function decideSync(seen: Seen): z.input<typeof SyncVerdict> {
  const { metrics, rules } = seen;
  const verdicts: Record<(typeof SYNC_CONDITIONS)[number], Verdict> = {
    'process-is-new-enough': processIsNewEnough(seen),
    'synced-since-start': isUnseen(metrics) ? unknown(metrics.unseen) : syncedSinceStart(metrics, seen.since),
    'nothing-pending': isUnseen(metrics) ? unknown(metrics.unseen) : nothingPending(metrics),
    'restores-succeed': isUnseen(metrics) ? unknown(metrics.unseen) : restoresSucceed(metrics, seen),
    'rules-match-services': rulesMatch(rules),
    'connects-to-a-service': isUnseen(seen.connection)
      ? unknown(seen.connection.unseen)
      : { verdict: seen.connection.verdict, reason: seen.connection.reason },
  };
  const conditions = SYNC_CONDITIONS.map((condition) => ({ condition, ...verdicts[condition] }));
  const failed =
    conditions.find(({ verdict }) => verdict === 'fail') ??
    conditions.find(({ verdict }) => verdict === 'unknown');
  return {
    verdict: failed?.verdict ?? 'pass',
    reason: failed
      ? `kube-proxy on ${seen.host} ${failed.verdict === 'fail' ? 'has not synced' : 'may not have synced'}: ${failed.reason}`
      : `kube-proxy on ${seen.host} has synced: ${isUnseen(rules) ? '' : `${rules.compared} service ports as the API has them, `}${verdicts['connects-to-a-service'].reason}`,
    host: seen.host,
    mode: isUnseen(seen.mode) ? null : seen.mode,
    conditions,
    compared: isUnseen(rules) ? 0 : rules.compared,
    differing: isUnseen(rules) ? 0 : rules.differences.length,
    differences: isUnseen(rules) ? [] : rules.differences.slice(0, SHOWN_DIFFERENCES),
    processStartedAt: isUnseen(metrics) || metrics.processStart === null ? null : at(metrics.processStart),
    lastSyncAt: isUnseen(metrics) ? null : lastSyncOf(metrics),
    hostTime: seen.hostTime,
  };
}

/** Exact where systemd runs it: the unit's main process began at or after the restart, and it is the one that answers. */
function processIsNewEnough({ unit, metrics, since, clockAheadMs, host }: Seen): Verdict {
  if (isUnseen(unit)) return unknown(unit.unseen);
  if (unit?.crashLooping) {
    return fail(`${unit.unit} restarts again and again (${unit.restarts} times, now ${unit.subState})`);
  }
  if (unit && unit.mainStartedAt === null) return fail(`${unit.unit} runs no process (${unit.subState})`);
  if (isUnseen(metrics)) return unknown(metrics.unseen);
  if (metrics.processStart === null) return unknown('kube-proxy does not say when its process began');
  if (since !== undefined && Math.abs(clockAheadMs) > CLOCK_TOLERANCE_MS) {
    return unknown(
      `${host}'s clock is ${Math.round(Math.abs(clockAheadMs) / 1000)} s ${clockAheadMs > 0 ? 'ahead of' : 'behind'} the worker's, so ${since} cannot be compared with it`,
    );
  }
  const answering = metrics.processStart * 1000;
  if (unit?.mainStartedAt) {
    const started = Date.parse(unit.mainStartedAt);
    if (Math.abs(started - answering) > START_TOLERANCE_MS) {
      return fail(
        `another process than ${unit.unit}'s answers on its metrics port: it began ${at(metrics.processStart)}, the unit's ${unit.mainStartedAt}`,
      );
    }
    if (since !== undefined && started < Date.parse(since)) {
      return fail(`its process began ${unit.mainStartedAt}, before the restart at ${since}`);
    }
    return pass(`the process of ${unit.unit} began ${unit.mainStartedAt}`);
  }
  if (since !== undefined && answering < Date.parse(since) - START_TOLERANCE_MS) {
    return fail(`its process began ${at(metrics.processStart)}, before the restart at ${since}`);
  }
  return pass(`its process began ${at(metrics.processStart)}`);
}

/** The metrics are in the process's memory: a sync that they tell of is this process's own. */
function syncedSinceStart({ processStart, families }: ProxyMetrics, since: string | undefined): Verdict {
  if (processStart === null) return unknown('kube-proxy does not say when its process began');
  if (families.length === 0)
    return fail('it has not been told of any Service since it began: does it reach the API server?');
  const never = families.find(({ lastSync }) => !(lastSync > 0));
  if (never) return fail(`it has not finished a sync of its ${never.family} rules since it began`);
  const early =
    since === undefined
      ? undefined
      : families.find(({ lastSync }) => !(lastSync * 1000 >= Date.parse(since)));
  if (early)
    return fail(`its last sync of ${early.family} rules, at ${at(early.lastSync)}, was before ${since}`);
  return pass(`it synced last at ${at(Math.min(...families.map(({ lastSync }) => lastSync)))}`);
}

function nothingPending({ families, pending }: ProxyMetrics): Verdict {
  const { endpoints, services } = pending;
  if (endpoints === null || services === null) return unknown('kube-proxy does not say what is pending');
  if (endpoints > 0 || services > 0)
    return fail(`${services} Service and ${endpoints} endpoint changes wait for a sync`);
  const waiting = families.find(({ lastSync, lastQueued }) => !(lastSync >= lastQueued));
  if (waiting)
    return fail(
      `a sync of ${waiting.family} rules was queued at ${at(waiting.lastQueued)} and has not ended`,
    );
  return pass('no change waits for a sync');
}

function restoresSucceed(
  { restoreFailures }: ProxyMetrics,
  { mode, earlierFailures: earlier }: Pick<Seen, 'mode' | 'earlierFailures'>,
): Verdict {
  const program = mode === 'nftables' ? 'nft' : 'iptables-restore';
  if (restoreFailures === null) return unknown(`kube-proxy does not say whether ${program} failed`);
  if (restoreFailures === 0) return pass(`${program} has not failed`);
  if (earlier === undefined || earlier === null)
    return unknown(
      `${program} has failed ${restoreFailures} times; looked at once, so not known whether it still does`,
    );
  return restoreFailures > earlier
    ? fail(
        `${program} is failing: ${restoreFailures} times, ${restoreFailures - earlier} since the last look`,
      )
    : pass(`${program} failed ${restoreFailures} times before, and not since the last look`);
}

function rulesMatch(rules: Compared | Unseen): Verdict {
  if (isUnseen(rules)) return unknown(rules.unseen);
  if (rules.compared === 0) return unknown('the API lists no Service port to compare with');
  const [first, ...more] = rules.differences;
  if (!first) return pass(`${rules.compared} service ports are routed as the API has them`);
  const others = more.length > 0 ? ` (and ${more.length} more of ${rules.compared})` : '';
  return fail(
    `${first.service} (${first.clusterIP}:${first.port}/${first.protocol}): ${first.difference}${others}`,
  );
}

/** The earliest of the families' last syncs. */
function lastSyncOf({ families }: ProxyMetrics): string | null {
  const last = Math.min(...families.map(({ lastSync }) => lastSync));
  return Number.isFinite(last) && last > 0 ? at(last) : null;
}
