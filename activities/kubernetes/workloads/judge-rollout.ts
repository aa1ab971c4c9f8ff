/**
 * Has a rollout completed? The rules are those of `kubectl rollout status` (kubectl/pkg/polymorphichelpers/
 * rollout_status.go): a status that is older than the spec says nothing, and an exceeded progress deadline is an error.
 */
import type { z } from 'zod';
import type { kubernetes } from '../contract.ts';
import type { Workload } from './read-workload.ts';

type RolloutStatus = z.output<(typeof kubernetes.rolloutStatus)['contract']['output']>;
type Judged = Omit<RolloutStatus, 'revision'>;
type Counts = Pick<RolloutStatus, 'desired' | 'updated' | 'ready' | 'available'>;

export function judgeRollout(workload: Workload): Judged {
  const { metadata, status } = workload.object;
  const counts = countsOf(workload);
  if ((status?.observedGeneration ?? 0) < (metadata?.generation ?? 0)) {
    return {
      verdict: 'unknown',
      state: 'not-observed',
      reason: 'the controller has not seen the latest change yet',
      ...counts,
    };
  }
  switch (workload.kind) {
    case 'Deployment':
      return judgeDeployment(workload, counts);
    case 'StatefulSet':
      return judgeStatefulSet(workload, counts);
    case 'DaemonSet':
      return judgeDaemonSet(workload, counts);
  }
}

function judgeDeployment({ object }: Workload & { kind: 'Deployment' }, counts: Counts): Judged {
  const { desired, updated, available } = counts;
  const progressing = object.status?.conditions?.find((c) => c.type === 'Progressing');
  const total = object.status?.replicas ?? 0;
  if (progressing?.reason === 'ProgressDeadlineExceeded') {
    return failed(
      `it exceeded its progress deadline: ${updated} of ${desired} updated, ${available} available`,
    );
  }
  if (updated < desired) {
    const what = `${updated} of ${desired} replicas are updated`;
    return object.spec?.paused
      ? { verdict: 'fail', state: 'paused', reason: `${what}, and it is paused`, ...counts }
      : waiting(what);
  }
  if (total > updated) return waiting(`${total - updated} old replicas are still there`);
  if (available < updated) return waiting(`${available} of ${updated} updated replicas are available`);
  return complete(`all ${desired} replicas are updated and available`);

  function failed(reason: string): Judged {
    return { verdict: 'fail', state: 'failed', reason, ...counts };
  }
  function waiting(reason: string): Judged {
    return { verdict: 'fail', state: 'progressing', reason, ...counts };
  }
  function complete(reason: string): Judged {
    return { verdict: 'pass', state: 'complete', reason, ...counts };
  }
}

function judgeStatefulSet({ object }: Workload & { kind: 'StatefulSet' }, counts: Counts): Judged {
  const { desired, updated, ready } = counts;
  const strategy = object.spec?.updateStrategy;
  if (strategy?.type !== 'RollingUpdate') return onDelete(counts, strategy?.type);
  const partition = strategy.rollingUpdate?.partition ?? 0;
  if (ready < desired)
    return {
      verdict: 'fail',
      state: 'progressing',
      reason: `${ready} of ${desired} pods are ready`,
      ...counts,
    };
  if (partition > 0) {
    const wanted = desired - partition;
    return updated < wanted
      ? {
          verdict: 'fail',
          state: 'progressing',
          reason: `${updated} of ${wanted} pods above partition ${partition} are updated`,
          ...counts,
        }
      : {
          verdict: 'pass',
          state: 'complete',
          reason: `${updated} pods above partition ${partition} are updated`,
          ...counts,
        };
  }
  return object.status?.updateRevision !== object.status?.currentRevision
    ? {
        verdict: 'fail',
        state: 'progressing',
        reason: `${updated} of ${desired} pods are at the new revision`,
        ...counts,
      }
    : {
        verdict: 'pass',
        state: 'complete',
        reason: `all ${desired} pods are at the present revision and ready`,
        ...counts,
      };
}

function judgeDaemonSet({ object }: Workload & { kind: 'DaemonSet' }, counts: Counts): Judged {
  const { desired, updated, available } = counts;
  const type = object.spec?.updateStrategy?.type;
  if (type !== 'RollingUpdate') return onDelete(counts, type);
  if (updated < desired) {
    return {
      verdict: 'fail',
      state: 'progressing',
      reason: `${updated} of ${desired} pods are updated`,
      ...counts,
    };
  }
  return available < desired
    ? {
        verdict: 'fail',
        state: 'progressing',
        reason: `${available} of ${desired} updated pods are available`,
        ...counts,
      }
    : {
        verdict: 'pass',
        state: 'complete',
        reason: `all ${desired} pods are updated and available`,
        ...counts,
      };
}

const onDelete = (counts: Counts, strategy: string | undefined): Judged => ({
  verdict: 'unknown',
  state: 'progressing',
  reason: `its update strategy is ${strategy ?? 'not set'}: there is no rollout to follow`,
  ...counts,
});

function countsOf(workload: Workload): Counts {
  if (workload.kind === 'DaemonSet') {
    const { status } = workload.object;
    return {
      desired: status?.desiredNumberScheduled ?? 0,
      updated: status?.updatedNumberScheduled ?? 0,
      ready: status?.numberReady ?? 0,
      available: status?.numberAvailable ?? 0,
    };
  }
  const { spec, status } = workload.object;
  return {
    desired: spec?.replicas ?? 1,
    updated: status?.updatedReplicas ?? 0,
    ready: status?.readyReplicas ?? 0,
    available: status?.availableReplicas ?? 0,
  };
}
