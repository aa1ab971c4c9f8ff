/** A Service port that leads to a port's name which no container declares. */
import type { Backend } from '../../activities/kubernetes/contract.ts';
import type { Backing, SeenService } from './service-backends.ts';

type ServicePort = SeenService['ports'][number];

/** `empty`: the ports without ready endpoints, though `ready` pods are there. */
export function renamedPort(seen: {
  readonly service: SeenService;
  readonly workloads: readonly Backend[];
  readonly empty: readonly ServicePort[];
  readonly ready: number;
}): Backing {
  const { service, workloads, empty, ready } = seen;
  const [workload] = workloads;
  const there = `${ready} pods of ${named(workloads)} are ready`;
  if (!workload || workloads.length > 1) {
    return {
      fault: 'undecided',
      because: `${there}, and it has no endpoints for ${empty.map(key).join(', ')}.`,
    };
  }
  const lost = empty.filter((p) => isName(p.targetPort) && !declares(workload, p.targetPort, p.protocol));
  if (lost.length < empty.length) {
    return {
      fault: 'undecided',
      because: `${there} and declare the ports that it asks for; still it has no endpoints for ${empty.map(key).join(', ')}. Look at the endpoint slice controller.`,
    };
  }
  const found = lost.map((port) => ({ port, to: meantPort(service, workload, port) }));
  const declared = `${workload.name} declares ${workload.ports.map((p) => `${p.name || '(no name)'} ${p.port}/${p.protocol}`).join(', ') || 'no port'}`;
  const unknown = found.filter((f) => f.to === undefined);
  if (unknown.length > 0) {
    return {
      fault: 'undecided',
      because: `${there}, but no container has a port named ${unknown.map((f) => f.port.targetPort).join(', ')}: ${declared}. Nothing says which is meant.`,
    };
  }
  return {
    fault: 'target-port',
    workload,
    selector: {},
    targetPorts: Object.fromEntries(found.map(({ port, to }) => [key(port), to!.port])),
    because: `${there}, but no container has a port named ${lost.map((p) => p.targetPort).join(', ')}: ${declared}. ${found.map((f) => f.to!.why).join(' ')}`,
  };
}

/** Where the port should lead: what was applied last, or the number that the lost name stood for one revision ago. */
function meantPort(
  { applied }: SeenService,
  workload: Backend,
  port: ServicePort,
): { readonly port: string; readonly why: string } | undefined {
  const before = applied?.targetPorts[key(port)];
  if (
    before !== undefined &&
    before !== port.targetPort &&
    (!isName(before) || declares(workload, before, port.protocol))
  ) {
    return { port: before, why: `What was applied last leads ${key(port)} to ${before}.` };
  }
  const stoodFor = workload.before?.ports.find(
    (p) => p.name === port.targetPort && p.protocol === port.protocol,
  );
  const now =
    stoodFor && workload.ports.find((p) => p.port === stoodFor.port && p.protocol === stoodFor.protocol);
  if (!stoodFor || !now) return undefined;
  return {
    port: now.name || String(now.port),
    why: `Until ${workload.before!.until} ${port.targetPort} was port ${stoodFor.port}, which is named ${now.name || 'nothing'} now.`,
  };
}

const declares = ({ ports }: Backend, name: string, protocol: string) =>
  ports.some((p) => p.name === name && p.protocol === protocol);
const isName = (targetPort: string) => !/^\d+$/.test(targetPort);
const key = ({ port, protocol }: ServicePort) => `${port}/${protocol}`;

export const named = (workloads: readonly Backend[]): string =>
  workloads.length > 0 ? workloads.map((w) => `${w.kind} ${w.name}`).join(', ') : 'pods without a workload';
