import { readFileSync } from 'node:fs';
import { attempt, command } from './command.ts';
import type { Layout, NodeLayout } from '../layout.ts';

/** The bridge of the lab and, for each node, a network namespace with a cable into it. The machine's own settings stay as they are. */
export async function createNetwork(layout: Layout): Promise<void> {
  for (const node of layout.nodes) await createNodeNetwork(layout, node);
  await acceptBridgedTraffic(layout);
}

/** The bridge carries the state directory as its alias, so that anybody can see whose it is. */
export async function createBridge(layout: Layout): Promise<void> {
  await ip('link', 'add', layout.bridge, 'type', 'bridge');
  await ip('link', 'set', layout.bridge, 'alias', layout.stateDirectory);
  await ip('addr', 'add', `${layout.gateway}/24`, 'dev', layout.bridge);
  await ip('link', 'set', layout.bridge, 'up');
}

async function createNodeNetwork(layout: Layout, node: NodeLayout): Promise<void> {
  const inside = (...args: string[]) => ip('-n', node.namespace, ...args);
  await ip('netns', 'add', node.namespace);
  await ip('link', 'add', node.link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', node.namespace);
  await ip('link', 'set', node.link, 'master', layout.bridge, 'up');
  await inside('addr', 'add', `${node.address}/24`, 'dev', 'eth0');
  await inside('link', 'set', 'lo', 'up');
  await inside('link', 'set', 'eth0', 'up');
  await inside('route', 'add', 'default', 'via', layout.gateway);
  for (const other of layout.nodes) {
    if (other !== node) await inside('route', 'add', other.podCidr, 'via', other.address);
  }
  // Each namespace forwards for its pods; the machine itself forwards nothing for the lab.
  await command(['ip', 'netns', 'exec', node.namespace, 'sysctl', '-qw', 'net.ipv4.ip_forward=1']);
  // Prometheus and the API server run on the machine and reach pods through their nodes.
  await ip('route', 'add', node.podCidr, 'via', node.address);
}

/**
 * Where Docker has set the machine's FORWARD policy to DROP and bridged frames pass through iptables,
 * the nodes would not reach each other. One rule, tagged with the lab's name, lets them.
 */
async function acceptBridgedTraffic(layout: Layout): Promise<void> {
  if (!bridgedFramesAreFiltered()) return;
  const rules = await attempt(['iptables', '-w', '-S', 'FORWARD']);
  if (!rules?.stdout.includes('-P FORWARD DROP')) return;
  await command(['iptables', '-w', '-I', 'FORWARD', ...acceptRule(layout.bridge)]);
}

function bridgedFramesAreFiltered(): boolean {
  try {
    return readFileSync('/proc/sys/net/bridge/bridge-nf-call-iptables', 'utf8').trim() === '1';
  } catch {
    return false;
  }
}

function acceptRule(bridge: string): string[] {
  return ['-i', bridge, '-o', bridge, '-m', 'comment', '--comment', bridge, '-j', 'ACCEPT'];
}

/** Takes a lab's namespaces, links, routes and rules away, found by its prefix. */
export async function removeNetwork(prefix: string): Promise<void> {
  for (const namespace of await networkNamespaces(prefix)) await attempt(['ip', 'netns', 'del', namespace]);
  // The bridge goes last: its routes go with it.
  for (const link of (await links(prefix)).reverse()) await attempt(['ip', 'link', 'del', link]);
  for (const _ of await forwardRules(prefix))
    await attempt(['iptables', '-w', '-D', 'FORWARD', ...acceptRule(prefix)]);
}

const belongsTo = (prefix: string) => (name: string) => name === prefix || name.startsWith(`${prefix}-`);

export async function networkNamespaces(prefix: string): Promise<string[]> {
  const listed = await ip('netns', 'list');
  return listed
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter(belongsTo(prefix));
}

export async function links(prefix: string): Promise<string[]> {
  return (await listLinks()).map(({ ifname }) => ifname).filter(belongsTo(prefix));
}

/** Rules on the machine that carry the lab's name. */
export async function forwardRules(prefix: string): Promise<string[]> {
  const rules = await attempt(['iptables', '-w', '-S', 'FORWARD']);
  return rules?.stdout.split('\n').filter((rule) => rule.includes(`--comment ${prefix} `)) ?? [];
}

/** Routes on the machine that lead into the lab. */
export async function routes(prefix: string): Promise<string[]> {
  return (await ip('route', 'show')).split('\n').filter((route) => route.includes(` dev ${prefix} `));
}

export interface Link {
  readonly ifname: string;
  readonly ifalias?: string;
}

export async function listLinks(): Promise<Link[]> {
  return JSON.parse((await ip('-j', 'link', 'show')) || '[]') as Link[];
}

/** Every IPv4 address and route destination in use, for finding ranges that are free. */
export async function usedRanges(): Promise<string[]> {
  const parsed = JSON.parse((await ip('-j', '-4', 'route', 'show', 'table', 'all')) || '[]') as {
    dst: string;
  }[];
  return parsed.map(({ dst }) => dst).filter((dst) => dst !== 'default');
}

async function ip(...args: string[]): Promise<string> {
  return (await command(['ip', ...args])).stdout;
}
