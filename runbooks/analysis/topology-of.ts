import type { Pod } from '../../activities/kubernetes/contract.ts';

/** A service with its pods, and what it calls, for the picture in the report. */
export function topologyOf(seen: {
  readonly service: string;
  readonly calls?: readonly string[];
  readonly pods: readonly Pod[];
  readonly sick: readonly Pod[];
  /** Nodes that the fault is of. */
  readonly brokenNodes: readonly string[];
  /** Where nothing is known to be sick, but the service does not answer. */
  readonly broken?: boolean;
}) {
  const { service, calls = [], pods, sick, brokenNodes, broken = sick.length > 0 } = seen;
  const names = [...new Set([...brokenNodes, ...pods.flatMap(({ node }) => node ?? [])])].slice(0, 60);
  const where = brokenNodes.length > 0 ? `; and ${brokenNodes.join(', ')}` : '';
  return {
    text: `Broken: ${sick.length} of ${pods.length} pods of ${service}${where}`,
    facts: {
      services: [
        { name: service, broken, calls: [...calls] },
        ...calls.map((name) => ({ name, broken: false, calls: [] })),
      ],
      pods: pods.map((pod) => ({
        ...{ name: pod.name, service, node: pod.node, broken: sick.some(({ uid }) => uid === pod.uid) },
      })),
      nodes: names.map((name) => ({ name, broken: brokenNodes.includes(name) })),
    },
  };
}
