/**
 * A probe pod from its making to its removal: put on a node, waited for, judged, and always taken away again. What it
 * runs and what its end means is each probe's own.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { StepFailure, type ApplyContext, type PlanContext } from '../../kit/index.ts';
import { hasStatus } from '../client/failure.ts';
import type { Limits } from '../client/http.ts';
import type { RawPod } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { outputOf } from '../pods/output-of.ts';
import { isReady } from '../nodes/taking-pods.ts';
import { sameNode } from '../nodes/patch-cordon.ts';
import type { Ended } from './container-state.ts';
import { PROBE_OPERATION, probePod, probePodName, probeState } from './probe-pod.ts';
import { removeProbeOf, removeProbePod } from './remove-probe-pod.ts';

const LOOK_EVERY = 250;
/** Kept of the call's time for taking the pod away again. */
const FOR_REMOVAL = 5_000;

/** What a probe pod runs, and where. */
export interface ProbeTask {
  readonly node: string;
  readonly command: readonly string[];
  /** How long the command itself may take. */
  readonly seconds: number;
  /** For the plan: what it does, `connects: 10.0.0.1:80`. */
  readonly shown: Readonly<Record<string, unknown>>;
  /** The pod, where it is another than a probe's. */
  readonly pod?: typeof probePod;
  /** What came of it is read from the log, up to this many bytes, instead of the termination message. */
  readonly logBytes?: number;
  readonly warnings?: readonly string[];
  /** What it runs may change something: an end that nobody saw is unknown, never "not done". */
  readonly acts?: boolean;
}

export function createProbeRunner({ api, probe: settings }: KubernetesClient) {
  const { namespace } = settings;

  return {
    async plan(task: ProbeTask, context: PlanContext) {
      const node = await api.get('nodes', { name: task.node }, context);
      const object = (task.pod ?? probePod)({ ...task, operation: context.operation, settings });
      await createOrFind(() => api.create('pods', { namespace, object, dryRun: true }, context));
      const name = probePodName(context.operation);
      return {
        diff: [
          {
            path: `pod/${namespace}/${name}`,
            before: null,
            after: { node: task.node, image: settings.image, ...task.shown },
          },
        ],
        preconditions: { nodeUid: node.metadata?.uid ?? '' },
        preimage: {},
        dryRun: 'server' as const,
        warnings: [
          'The pod is removed when its result is there, and when the call fails or is cancelled',
          ...(task.warnings ?? []),
          ...(isReady(node) ? [] : [`${task.node} is not Ready: the probe may not start there`]),
        ],
      };
    },

    /** How it ended, and the name that its pod had. */
    async run(
      task: ProbeTask,
      expected: { readonly nodeUid: string },
      context: ApplyContext,
    ): Promise<{ ended: Ended; pod: string }> {
      await sameNode(api, { node: task.node, uid: expected.nodeUid }, context);
      const pod = await start(task, context).catch(async (error: unknown) => {
        await removeProbeOf(api, { namespace, operation: context.operation });
        throw error;
      });
      return endOf(pod, task, context).catch((cause: unknown) => {
        if (!task.acts || !(cause instanceof StepFailure)) throw cause;
        const what = `The command may have run on ${task.node}; how it ended is not known`;
        throw new StepFailure('unknown-outcome', `${what}: ${cause.message}`, { cause });
      });
    },

    /** The end of one that an earlier call of the same operation started and nobody has taken away; undefined where there is none. */
    async resume(task: ProbeTask, context: ApplyContext): Promise<{ ended: Ended; pod: string } | undefined> {
      const name = probePodName(context.operation);
      const pod = await api.find('pods', { namespace, name }, context);
      if (pod?.metadata?.annotations?.[PROBE_OPERATION] !== context.operation) return undefined;
      return endOf(pod, task, context);
    },
  };

  async function endOf(pod: RawPod, task: ProbeTask, context: ApplyContext) {
    try {
      const ended = await result(pod, context);
      return { ended: await withLog(ended, pod, task, context), pod: nameOf(pod) };
    } finally {
      await removeProbePod(api, pod);
    }
  }

  async function start(task: ProbeTask, context: ApplyContext): Promise<RawPod> {
    const { operation } = context;
    const object = (task.pod ?? probePod)({ ...task, operation, settings });
    for (;;) {
      const made = await createOrFind(() => api.create('pods', { namespace, object }, context));
      if (made) return made;
      const name = probePodName(operation);
      const found = await api.find('pods', { namespace, name }, context);
      if (found && found.metadata?.annotations?.[PROBE_OPERATION] !== operation) {
        throw new StepFailure('conflict', `Pod ${namespace}/${name} exists and is not this probe's`);
      }
      if (found && !found.metadata?.deletionTimestamp) return found;
      await sleep(LOOK_EVERY);
    }
  }

  /** Waits until it has ended or the time is nearly up. */
  async function result(pod: RawPod, context: ApplyContext): Promise<Ended> {
    let why = 'nothing was heard of it';
    const until = context.deadline.getTime() - FOR_REMOVAL;
    while (Date.now() < until) {
      const now = await look(pod, context);
      if (!now) return { state: 'late', why: 'it was removed by somebody else' };
      const state = probeState(now);
      if (state.state !== 'pending') return state;
      why = state.why;
      context.heartbeat(why);
      if (context.signal.aborted)
        throw new StepFailure('retryable', 'The probe was cancelled; its pod was removed');
      await sleep(LOOK_EVERY);
    }
    return { state: 'late', why };
  }

  async function withLog(ended: Ended, pod: RawPod, { logBytes }: ProbeTask, limits: Limits): Promise<Ended> {
    if (ended.state !== 'ended' || logBytes === undefined) return ended;
    const container = pod.spec?.containers?.[0]?.name ?? '';
    const where = { namespace, name: nameOf(pod), container };
    return { ...ended, output: await outputOf(api, where, logBytes, limits) };
  }

  async function look(pod: RawPod, limits: Limits): Promise<RawPod | undefined> {
    const found = await api.find('pods', { namespace, name: nameOf(pod) }, limits);
    return found?.metadata?.uid === pod.metadata?.uid ? found : undefined;
  }
}

/** What was made, or undefined when one of that name is there. */
async function createOrFind<T>(create: () => Promise<T>): Promise<T | undefined> {
  try {
    return await create();
  } catch (error) {
    if (hasStatus(error, 409) && error.facts['reason'] === 'AlreadyExists') return undefined;
    throw error;
  }
}

const nameOf = (pod: RawPod) => pod.metadata?.name ?? '';
