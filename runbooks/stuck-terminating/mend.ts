/**
 * The least that lets a deletion go on: whoever should finish it is restarted first; what it stands for is skipped only
 * where nobody is left to do it.
 */
import type { ProposedChange } from '../../activities/kit/index.ts';
import {
  kubernetes,
  whyKept,
  type BeingDeleted,
  type FinalizerOwner,
} from '../../activities/kubernetes/contract.ts';
import { finding } from '../../workflows/index.ts';
import { inWords, type Obstacle } from '../analysis/stuck-deletion.ts';

export type Mend =
  | {
      readonly title: string;
      readonly changes: readonly ProposedChange[];
      readonly because: string;
      /** What it mends: of objects that wait, only those that it is about. */
      readonly mends: Obstacle;
    }
  | { readonly handOver: string };

/** At most so many objects in one plan: more is not read by anybody. */
const AT_ONCE = 20;

export async function mendFor(obstacle: Exclude<Obstacle, { kind: 'none' }>): Promise<Mend> {
  switch (obstacle.kind) {
    case 'api':
      return mendApi(obstacle);
    case 'finalizer':
      return mendFinalizer(obstacle);
    case 'node':
      return {
        handOver: `${obstacle.objects.length} pods wait for the kubelet of ${obstacle.node}, which is not Ready: mend the node (nightshift run node-not-ready --input '{"node":"${obstacle.node}"}') and they go by themselves. Deleting them by force while their containers may still run starts StatefulSet pods twice.`,
      };
    case 'kubelet':
      return {
        handOver: `${obstacle.objects.length} pods on ${obstacle.node} are overdue, and the node is Ready: its kubelet cannot end or unmount them. Read its events (FailedKillPod, FailedUnmount) and "journalctl -u kubelet" there; processes in state D hang in storage.`,
      };
    case 'grace':
      return {
        handOver: obstacle.objects
          .map(
            (o) =>
              `${inWords(o)}${o.pod?.preStop.length ? `, with a preStop hook in ${o.pod.preStop.join(', ')}` : ''}. Its owner gave it that time; to cut it short: kubectl delete pod ${o.name} -n ${o.namespace} --grace-period=30`,
          )
          .join(' '),
      };
    case 'unclear':
      return {
        handOver: 'What keeps it was not found: the namespace controller has not said, or it goes by itself.',
      };
  }
}

function mendApi(mends: Extract<Obstacle, { kind: 'api' }>): Mend {
  const { name, uid, reason, message, service, servedBy } = mends.api;
  const finds = `The API ${name} does not answer (${reason}: ${message}). While it does not, no namespace can be deleted: nobody knows what of it is inside.`;
  if (!service) {
    return { handOver: `${finds} The API server serves it itself: look at its CustomResourceDefinition.` };
  }
  const { namespace } = service;
  if (!service.found) {
    return {
      title: `Delete the registration of the API ${name}, whose Service is gone`,
      mends,
      changes: [kubernetes.deleteApiService({ name, uid })],
      because: `${finds} Its Service ${namespace}/${service.name} does not exist: it looks like what is left of something that was uninstalled. Where it was not, install it again instead.`,
    };
  }
  const [deployment, ...others] = servedBy;
  if (deployment === undefined || others.length > 0) {
    return {
      handOver: `${finds} Its Service ${namespace}/${service.name} is there, and ${deployment === undefined ? 'no Deployment is' : `${servedBy.join(' and ')} are`} behind it: mend that first.`,
    };
  }
  return {
    title: `Restart ${namespace}/${deployment}, which serves the API ${name}`,
    mends,
    changes: [kubernetes.rolloutRestart({ namespace, kind: 'Deployment', name: deployment })],
    because: `${finds} ${deployment} is behind its Service ${namespace}/${service.name}.`,
  };
}

async function mendFinalizer(obstacle: Extract<Obstacle, { kind: 'finalizer' }>): Promise<Mend> {
  const { finalizer, setBy, objects } = obstacle;
  const held = `${objects.length} objects wait for ${finalizer}, set by ${setBy ?? 'an unknown manager'}: ${objects.slice(0, 5).map(inWords).join('; ')}.`;
  const kept = whyKept(finalizer);
  if (kept !== undefined) {
    return {
      handOver: `${held} It is Kubernetes' own and is not taken off by hand: ${kept}. Mend what it waits for.`,
    };
  }
  const { owners, truncated } = await kubernetes.finalizerOwners({ finalizer, setBy });
  finding(`${owners.length} workloads look like the owner of ${finalizer}`, {
    evidence: owners.map(ownerInWords),
  });
  const [owner, ...others] = owners;
  if (owner && others.length > 0) {
    return {
      handOver: `${held} ${owners.length} workloads may be the one that takes it off: ${owners.map(ownerInWords).join('; ')}. Read their logs.`,
    };
  }
  if (owner && owner.ready < Math.max(owner.desired, 1)) {
    return {
      handOver: `${held} ${ownerInWords(owner)}: it should take it off, and it does not run. Mend it first; it then does what the finalizer stands for.`,
    };
  }
  if (owner) {
    return {
      title: `Restart ${owner.namespace}/${owner.name}, which should take ${finalizer} off`,
      mends: obstacle,
      changes: [
        kubernetes.rolloutRestart({ namespace: owner.namespace, kind: owner.kind, name: owner.name }),
      ],
      because: `${held} ${ownerInWords(owner)}. It runs and does not do it. Restarted, it looks at everything anew; should it still not, its log says why, and the finalizer is not taken off by force.`,
    };
  }
  if (truncated !== undefined) {
    return {
      handOver: `${held} Not all workloads could be looked at (${truncated}), so nobody can say that it has no owner.`,
    };
  }
  const now = objects.slice(0, AT_ONCE);
  return {
    title: `Remove ${finalizer} from ${inTitle(now, objects.length)}: nobody is left to`,
    mends: { ...obstacle, objects: now },
    changes: now.map(({ group, resource, namespace, name, uid }) =>
      kubernetes.removeFinalizer({ object: { group, resource, namespace, name, uid }, finalizer }),
    ),
    because: [
      held,
      'No Deployment, StatefulSet or DaemonSet of the cluster bears the name of who set it, is told of its domain, or is named after it. **A controller outside of this cluster would not be seen: ask whoever installed it.**',
      ...(now.length < objects.length
        ? [`This plan is for the ${now.length} that wait longest; the others are asked about afterwards.`]
        : []),
      'What it stands for (a DNS entry, a volume, a cloud resource) is not cleaned up by this.',
    ].join('\n\n'),
  };
}

function inTitle(now: readonly BeingDeleted[], all: number): string {
  const [first] = now;
  if (first && all === 1) return `${first.resource}/${first.name}`;
  return now.length < all ? `${now.length} of ${all} objects` : `${all} objects`;
}

const ownerInWords = ({ kind, namespace, name, ready, desired, because }: FinalizerOwner) =>
  `${kind} ${namespace}/${name} (${ready} of ${desired} ready; ${because})`;
