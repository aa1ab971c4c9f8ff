import { cgroupDirectories, processesIn } from './machine/cgroups.ts';
import { mountsBelow } from './machine/mounts.ts';
import { forwardRules, links, networkNamespaces, routes } from './machine/network.ts';

export interface Leftover {
  readonly kind:
    'process' | 'mount' | 'network namespace' | 'link' | 'route' | 'firewall rule' | 'control group';
  readonly what: string;
}

/** Everything on this machine that still belongs to a lab. Empty after `down`. */
export async function leftBehind(lab: { name: string; stateDirectory: string }): Promise<Leftover[]> {
  const prefix = `nsl-${lab.name}`;
  const of = (kind: Leftover['kind'], found: readonly (string | number)[]): Leftover[] =>
    found.map((what) => ({ kind, what: String(what) }));
  return [
    ...of('process', processesIn(prefix)),
    ...of(
      'mount',
      mountsBelow(lab.stateDirectory).map(({ point }) => point),
    ),
    ...of('network namespace', await networkNamespaces(prefix)),
    ...of('link', await links(prefix)),
    ...of('route', await routes(prefix)),
    ...of('firewall rule', await forwardRules(prefix)),
    ...of('control group', cgroupDirectories(prefix)),
  ];
}
