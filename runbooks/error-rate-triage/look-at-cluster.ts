import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { finding, topology } from '../../workflows/index.ts';
import { blastRadius } from '../analysis/blast-radius.ts';
import { crashing, sickSince } from '../analysis/is-sick.ts';
import { likelyTrigger } from '../analysis/likely-trigger.ts';
import { topologyOf } from '../analysis/topology-of.ts';
import { seen, type Look, type Place } from './look.ts';

const CONTINUE = { onFailure: 'continue' } as const;
const MOST_NODES = 5;

interface ClusterLook extends Look {
  readonly pods: readonly Pod[] | undefined;
  readonly ready: number | undefined;
  readonly nodesNotReady: readonly string[];
}

/** The service's endpoints and pods, what the sick share, their nodes, and what changed before. */
export async function lookAtCluster({
  namespace,
  service,
  minutes,
  selector,
}: Place & { readonly selector: string | undefined }): Promise<ClusterLook> {
  const notSeen: string[] = [];
  const endpoints = seen(
    `the endpoints of ${service}`,
    await kubernetes.endpointsOf({ namespace, service }, CONTINUE),
    notSeen,
  );
  const by = selector ?? endpoints?.selector ?? `app=${service}`;
  const [listed, changed] = await Promise.all([
    kubernetes.listPods({ namespace, selector: by }, CONTINUE).then((a) => seen('its pods', a, notSeen)),
    kubernetes
      .whatChanged({ namespaces: [namespace], minutes }, CONTINUE)
      .then((a) => seen('what changed', a, notSeen)),
  ]);
  const pods = listed?.pods;
  const sick = crashing(pods ?? []);
  const names = [...new Set(sick.flatMap((p) => p.node ?? []))].slice(0, MOST_NODES);
  const nodes = await Promise.all(
    names.map((node) =>
      kubernetes.describeNode({ node }, CONTINUE).then((a) => seen(`node ${node}`, a, notSeen)),
    ),
  );
  const nodesNotReady = nodes.flatMap((n) => (n && n.ready !== 'True' ? [n.name] : []));

  const words: string[] = [];
  if (pods) {
    const { summary } = blastRadius(pods);
    words.push(pods.length === 0 ? `No pod is selected by ${by}.` : summary);
    const seenOf = topologyOf({
      service,
      pods,
      sick,
      brokenNodes: nodesNotReady,
      broken: sick.length > 0 || endpoints?.ready === 0,
    });
    topology(seenOf.text, seenOf.facts);
    finding(words[0]!, {
      evidence: [
        ...sick.slice(0, 10).map((p) => `${p.name} on ${p.node ?? 'no node'}: ${p.because}`),
        ...nodesNotReady.map((n) => `node ${n} is not Ready`),
      ],
    });
  }
  if (endpoints) {
    words.push(`${endpoints.ready} endpoints are ready.`);
    if (endpoints.mismatches.length > 0)
      finding(`${service} and its endpoints do not fit`, { evidence: endpoints.mismatches });
  }
  if (changed) {
    const since = sickSince(pods ?? [], { warnings: [], now: new Date() });
    const trigger = likelyTrigger(changed.changes, since);
    words.push(trigger.summary);
    notSeen.push(...changed.notSeen);
    finding(`What changed in ${minutes} minutes: ${trigger.summary}`, {
      evidence: trigger.candidates.slice(0, 10).map(({ change }) => `${change.at} ${change.summary}`),
    });
  }
  return {
    words: words.join(' ') || 'The cluster could not be looked at.',
    notSeen,
    pods,
    ready: endpoints?.ready,
    nodesNotReady,
  };
}
