import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { approve, carryOut, finding, propose } from '../../workflows/index.ts';
import type { Lookup } from '../analysis/dns-fault.ts';
import { ASK } from '../platform-oncall.ts';

const SERVERS = 3;

export interface Resolver {
  /** `kube-system/kube-dns` */
  readonly service: string;
  readonly address: string;
  readonly pods: readonly Pod[];
}

/** Asks the Service from each node for each name, and each server for the first name from two of the nodes. */
export async function lookUp(o: {
  readonly resolver: Resolver;
  readonly nodes: readonly string[];
  readonly names: readonly string[];
  readonly title: string;
}): Promise<readonly Lookup[]> {
  const { resolver, nodes, names, title } = o;
  // One node's word does not tell a deaf server from a way to it; the last node is the least likely to be where it was felt.
  const witnesses = [...new Set([...nodes.slice(0, 1), ...nodes.slice(-1)])];
  const tries = [
    ...nodes.flatMap((node) =>
      names.map((name) => ({ node, name, at: { kind: 'service' as const }, server: resolver.address })),
    ),
    ...witnesses.flatMap((node) =>
      resolver.pods
        .slice(0, SERVERS)
        .flatMap((pod) =>
          pod.podIP === null
            ? []
            : [{ node, name: names[0]!, at: { kind: 'pod' as const, pod: pod.name }, server: pod.podIP }],
        ),
    ),
  ];
  const plan = await propose(
    title,
    tries.map(({ node, name, server }) => kubernetes.lookUpFromNode({ node, name, server })),
    {
      because: `${nodes.length} nodes, ${names.length} names, ${resolver.pods.length} servers behind ${resolver.service}. Lookups only.`,
    },
  );
  const answers = await carryOut(await approve(plan, ASK), { allowSkip: true });
  finding(title, {
    evidence: tries.map((t, i) => answers[i]?.reason ?? `${t.node} was not asked for ${t.name}`),
  });
  return tries.map(({ node, name, at }, i) => ({ node, name, at, answer: answers[i]?.answer ?? 'none' }));
}
