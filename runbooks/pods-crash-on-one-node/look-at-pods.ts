import { kubernetes, type Event, type Pod } from '../../activities/kubernetes/contract.ts';
import { eventually, finding } from '../../workflows/index.ts';
import { blastRadius, type BlastRadius } from '../analysis/blast-radius.ts';
import { crashing, isRecovering, sickSince } from '../analysis/is-sick.ts';
import type { Incident } from './incident.ts';

export interface Scene {
  readonly selector: string;
  readonly pods: readonly Pod[];
  readonly sick: readonly Pod[];
  readonly radius: BlastRadius;
  /** The first sign of trouble, where the cluster still knows. */
  readonly since: string | undefined;
  readonly warnings: readonly Event[];
}

/**
 * An alert may come in the middle of things: everything is down for a moment, or pods are just coming back. So long the
 * picture gets to become clear.
 */
const SETTLE_MS = 60_000;

/** Which pods, since when, and what do the sick share? */
export async function lookAtPods(incident: Incident): Promise<Scene> {
  const selector = await selectorOf(incident);
  const { namespace, service } = incident;
  const until = Date.now() + SETTLE_MS;
  const scene = await eventually(
    `A clear picture of the pods of ${service}`,
    async () => {
      const { pods } = await kubernetes.listPods({ namespace, selector });
      const radius = blastRadius(pods);
      const unclear =
        radius.pattern === 'no pattern' ||
        radius.pattern === 'everything is sick' ||
        crashing(pods).some(isRecovering);
      return unclear && Date.now() < until ? undefined : { pods, radius };
    },
    { within: '5 minutes' },
  );
  const sick = crashing(scene.pods);
  const recovering = scene.pods.filter((p) => isRecovering(p) && !sick.includes(p));
  const { events } = await kubernetes.listEvents({ namespace, type: 'Warning', minutes: 15, limit: 200 });
  const warnings = events.filter((e) => sick.some((pod) => pod.uid === e.object.uid));
  const since = sickSince(scene.pods, { warnings, now: new Date() });
  finding(scene.radius.summary, {
    evidence: {
      ...(since && { 'since about': since }),
      ...Object.fromEntries(sick.map((p) => [p.name, `on ${p.node ?? 'no node'}: ${p.because}`])),
      ...(recovering.length > 0 && {
        'up again and not counted': recovering.map(
          (p) => `${p.name} on ${p.node ?? 'no node'}: ${p.because}`,
        ),
      }),
      counts: scene.radius.counts.map(
        (c) => `${c.dimension} ${c.value}: ${c.sick} sick, ${c.healthy} healthy`,
      ),
      ...(warnings.length > 0 && { 'last event': `${warnings.at(-1)!.reason}: ${warnings.at(-1)!.message}` }),
    },
  });
  return { ...scene, selector, sick, since, warnings };
}

/** The Service knows its pods; the alert's words are only a name to look it up by. */
async function selectorOf({ namespace, service, selector }: Incident): Promise<string> {
  if (selector) return selector;
  const { services } = await kubernetes.listServices({ namespace, limit: 500 });
  const byLabel = `app=${service}`;
  if (!services.some((s) => s.name === service)) return byLabel;
  return (await kubernetes.endpointsOf({ namespace, service })).selector ?? byLabel;
}
