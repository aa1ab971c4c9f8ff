/**
 * Is a pod well? Its Ready condition alone does not say: a container that crashes every few seconds is ready in between.
 * So a pod that crashed soon after its start is healthy again only once it has lived twice as long (and 10 s at least).
 * A crash that ends a life of a minute or more is no loop: the pod that lost its database for a moment is well again
 * when it has run for half a minute. After 10 minutes the kubelet forgets its back-off (`MaxContainerBackOff` doubled).
 */
import type { RawPod } from '../client/raw.ts';
import type { Container, Pod } from '../contract/pods.ts';

type Condition = Pick<Pod, 'condition' | 'because'>;

const SECOND = 1_000;
const LEAST_LIFE = 10 * SECOND;
const LOOPING_LIFE = 60 * SECOND;
const RECOVERY = 30 * SECOND;
const LONG_LIFE = 10 * 60 * SECOND;
/** The default of a Deployment's progressDeadlineSeconds. */
const STUCK_AFTER = 10 * 60 * SECOND;
/** Waiting for these is how every pod starts. */
const STARTING = new Set(['ContainerCreating', 'PodInitializing']);

export function conditionOf(pod: RawPod, containers: readonly Container[], now: Date): Condition {
  const phase = pod.status?.phase;
  if (pod.metadata?.deletionTimestamp) {
    return { condition: 'terminating', because: `being deleted since ${pod.metadata.deletionTimestamp}` };
  }
  if (phase === 'Succeeded') return { condition: 'finished', because: 'ran to its end' };
  if (phase === 'Failed')
    return { condition: 'finished', because: `failed: ${pod.status?.reason || 'Error'}` };
  const readiness = pod.status?.conditions?.find((c) => c.type === 'Ready');
  return readiness?.status === 'True' ? whenReady(containers, now) : whenNotReady(pod, containers, now);
}

function whenReady(containers: readonly Container[], now: Date): Condition {
  for (const container of containers) {
    const { lastTermination: last, startedAt } = container;
    if (container.kind === 'init' || container.restarts === 0 || !last || !startedAt) continue;
    const lived = last.startedAt && last.finishedAt ? span(last.startedAt, last.finishedAt) : LEAST_LIFE;
    if (lived >= LONG_LIFE) continue;
    const needed = lived >= LOOPING_LIFE ? RECOVERY : Math.max(2 * lived, LEAST_LIFE);
    const running = now.getTime() - Date.parse(startedAt);
    if (running < needed) {
      return {
        condition: 'sick',
        because: `ready, but ${container.name} runs for ${seconds(running)} only after ${last.reason} and lived ${seconds(lived)} the last time`,
      };
    }
  }
  return { condition: 'healthy', because: 'ready' };
}

function whenNotReady(pod: RawPod, containers: readonly Container[], now: Date): Condition {
  const scheduled = pod.status?.conditions?.find((c) => c.type === 'PodScheduled');
  if (scheduled?.status === 'False') {
    return {
      condition: 'sick',
      because: `not scheduled: ${scheduled.message || scheduled.reason || 'no reason given'}`,
    };
  }
  for (const container of containers) {
    if (container.waiting && !STARTING.has(container.waiting)) {
      return { condition: 'sick', because: `${container.name}: ${container.waiting}${lastWords(container)}` };
    }
    const crashed =
      container.lastTermination && (container.kind !== 'init' || container.lastTermination.exitCode !== 0);
    if (crashed) return { condition: 'sick', because: `${container.name} crashed${lastWords(container)}` };
  }
  const readiness = pod.status?.conditions?.find((c) => c.type === 'Ready');
  const started = containers.flatMap((c) =>
    c.kind === 'main' && c.startedAt ? [Date.parse(c.startedAt)] : [],
  );
  const since = readiness?.lastTransitionTime ? Date.parse(readiness.lastTransitionTime) : NaN;
  if (started.length > 0 && since > Math.max(...started)) {
    return {
      condition: 'sick',
      because: `no longer ready since ${readiness?.lastTransitionTime}${because(readiness)}`,
    };
  }
  const age =
    now.getTime() - Date.parse(pod.status?.startTime ?? pod.metadata?.creationTimestamp ?? now.toISOString());
  if (age > STUCK_AFTER) {
    return { condition: 'sick', because: `not ready ${seconds(age)} after its start${because(readiness)}` };
  }
  return { condition: 'starting', because: `not ready yet${because(readiness)}` };
}

function lastWords({ lastTermination: last, restarts }: Container): string {
  if (!last) return '';
  const end = last.signal ? `signal ${last.signal}` : `exit code ${last.exitCode}`;
  return ` (${last.reason}, ${end}, ${restarts} restarts)`;
}

const because = (condition: { message?: string; reason?: string } | undefined) => {
  const text = condition?.message || condition?.reason;
  return text ? `: ${text}` : '';
};
const span = (from: string, to: string) => Math.max(0, Date.parse(to) - Date.parse(from));
const seconds = (ms: number) => `${Math.round(Math.max(0, ms) / SECOND)} s`;
