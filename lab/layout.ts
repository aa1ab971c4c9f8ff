import { join } from 'node:path';

export const NODE_NAMES = ['node-worker-1', 'node-worker-2', 'node-worker-3'] as const;
export type NodeName = (typeof NODE_NAMES)[number];

export const SERVICE_CIDR = '10.96.0.0/16';
/** Fixed by the incident: the address that the service's log names. */
export const DATABASE_ADDRESS = '10.96.45.12';
export const PAYMENT_SERVICE_ADDRESS = '10.96.45.20';
/** Addresses of a lab are computed from its index; so many labs fit on one machine. */
export const MOST_LABS = 10;

export interface NodeLayout {
  readonly name: NodeName;
  readonly zone: string;
  readonly address: string;
  readonly podCidr: string;
  readonly namespace: string;
  /** The machine's end of the node's cable. */
  readonly link: string;
  readonly cgroup: string;
  /** A tmpfs with the overlay's upper layer and the node's root. */
  readonly directory: string;
}

/** Every name and address of one lab. What carries the lab's name is found again by it, state or no state. */
export interface Layout {
  readonly name: string;
  readonly index: number;
  readonly stateDirectory: string;
  readonly prefix: string;
  readonly bridge: string;
  readonly gateway: string;
  readonly nodeCidr: string;
  readonly podCidr: string;
  readonly cgroup: string;
  readonly machineCgroup: string;
  readonly nodes: readonly NodeLayout[];
}

const NAME = /^[a-z][a-z0-9]{0,7}$/;

/** The name, or an Error: interface names hold 15 characters, and a name must not be another's prefix plus a hyphen. */
export function labName(name: string): string {
  if (NAME.test(name)) return name;
  throw new Error(
    `"${name}" cannot be a lab's name: use 1 to 8 lower-case letters and digits, a letter first`,
  );
}

export function layoutOf(lab: { name: string; index: number; stateDirectory: string }): Layout {
  const { name, index, stateDirectory } = lab;
  labName(name);
  const prefix = `nsl-${name}`;
  const net = `10.99.${index}`;
  const pods = `10.${244 + index}`;
  return {
    ...lab,
    prefix,
    bridge: prefix,
    gateway: `${net}.1`,
    nodeCidr: `${net}.0/24`,
    podCidr: `${pods}.0.0/16`,
    cgroup: prefix,
    machineCgroup: `${prefix}/machine`,
    nodes: NODE_NAMES.map((node, position) => ({
      name: node,
      zone: ['a', 'b', 'c'][position] ?? 'a',
      address: `${net}.${11 + position}`,
      podCidr: `${pods}.${position + 1}.0/24`,
      namespace: `${prefix}-${node}`,
      link: `${prefix}-${position + 1}`,
      cgroup: `${prefix}/${node}`,
      directory: join(stateDirectory, 'nodes', node),
    })),
  };
}

export function nodeNamed(layout: Layout, name: string): NodeLayout {
  const node = layout.nodes.find((candidate) => candidate.name === name);
  if (!node) throw new Error(`the lab has no node "${name}"; its nodes are ${NODE_NAMES.join(', ')}`);
  return node;
}
