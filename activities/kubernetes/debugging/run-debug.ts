/**
 * A debug container from its adding to its end: added to a pod once, waited for, and its output read. It cannot be taken
 * away again, so everything that it runs ends by itself. What it runs and what its end means is each step's own.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { StepFailure, type ApplyContext, type PlanContext, type Probed } from '../../kit/index.ts';
import type { Limits } from '../client/http.ts';
import type { RawPod } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import type { PodRef } from '../contract/identity.ts';
import { containerOf } from '../pods/container-of.ts';
import { livePod } from '../pods/live-pod.ts';
import { outputOf } from '../pods/output-of.ts';
import type { Ended } from '../probing/container-state.ts';
import { bounded } from './ended.ts';
import {
  addingPatch,
  debugContainerName,
  debugContainerState,
  hasDebugContainer,
} from './ephemeral-container.ts';

const LOOK_EVERY = 250;
/** Kept of the call's time for reading the output. */
const FOR_READING = 5_000;

/** What a debug container runs, and beside what. */
export interface DebugTask {
  readonly pod: PodRef;
  /** The container whose processes it sees; it sees only its own when left out. */
  readonly target: string | undefined;
  readonly argv: readonly string[];
  /** It is ended after these. */
  readonly timeoutSeconds: number;
  readonly securityContext: object;
  /** For the plan: what it does, `runs: ["id"]`. */
  readonly shown: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
  /** Bytes of its output that are read. */
  readonly logBytes: number;
}

interface Expected {
  readonly uid: string;
  readonly targetId: string | null;
}

export interface DebugEnd {
  readonly ended: Ended;
  /** The debug container's name. */
  readonly container: string;
}

export function createDebugRunner({ api, probe: settings }: KubernetesClient) {
  return {
    async plan(task: DebugTask, context: PlanContext) {
      const pod = await livePod(api, task.pod, context);
      const target = task.target === undefined ? undefined : containerOf(pod, task.target);
      const uid = pod.metadata?.uid ?? '';
      await add(task, { uid, dryRun: true }, context);
      const path = `pod/${task.pod.namespace}/${task.pod.name}/${debugContainerName(context.operation)}`;
      const after = { image: settings.debugImage, ...task.shown, sees: target ?? null };
      return {
        diff: [{ path, before: null, after }],
        preconditions: { uid, targetId: idOf(pod, target) },
        preimage: {},
        dryRun: 'server' as const,
        warnings: [
          `A debug container cannot be removed: it ends after ${task.timeoutSeconds} s, and stays listed in the pod for as long as the pod lives`,
          ...task.warnings,
        ],
      };
    },

    /** How it ended. One that an earlier call of the same operation added is taken up, never added again. */
    async run(task: DebugTask, { uid, targetId }: Expected, context: ApplyContext): Promise<DebugEnd> {
      const pod = await livePod(api, { ...task.pod, uid }, context);
      if (!hasDebugContainer(pod, context.operation)) {
        if (idOf(pod, task.target) !== targetId) {
          throw new StepFailure('conflict', `Container ${task.target} of ${task.pod.name} was restarted`, {
            next: 'Look at the pod again: the processes are other ones now.',
          });
        }
        await add(task, { uid, dryRun: false }, context);
      }
      return endOf(task, uid, context).catch(unseen);
    },

    /** A step's `probe`: what was added is there for as long as the pod, so its result can be had later as well. */
    async probe<O>(
      task: DebugTask,
      {
        expected: { uid },
        outcome,
      }: { readonly expected: Expected; readonly outcome: (end: DebugEnd) => Promise<O> },
      context: ApplyContext,
    ): Promise<Probed<O>> {
      const pod = await find(task.pod, uid, context);
      const gone = `pod ${task.pod.name} is gone, and with it what ran in it`;
      if (!pod) return { state: 'unknown', reason: gone };
      if (!hasDebugContainer(pod, context.operation)) return { state: 'not-applied' };
      return { state: 'applied', output: await outcome(await endOf(task, uid, context)) };
    },
  };

  async function add(
    task: DebugTask,
    { uid, dryRun }: { readonly uid: string; readonly dryRun: boolean },
    { operation, ...limits }: Limits & { readonly operation: string },
  ): Promise<void> {
    const { namespace, name } = task.pod;
    const { target, securityContext } = task;
    const patch = addingPatch({ uid, operation, command: bounded(task), target, securityContext, settings });
    const where = { namespace, name, subresource: 'ephemeralcontainers' };
    await api.patch('pods', { ...where, type: 'strategic-merge-patch', patch, dryRun }, limits);
  }

  async function endOf(task: DebugTask, uid: string, context: ApplyContext): Promise<DebugEnd> {
    const container = debugContainerName(context.operation);
    const ended = await end(task.pod, uid, context);
    if (ended.state !== 'ended') return { ended, container };
    const where = { namespace: task.pod.namespace, name: task.pod.name, container };
    const output = await outputOf(api, where, task.logBytes, context);
    return { ended: { ...ended, output }, container };
  }

  /** Waits until it has ended or the call's time is nearly up; it ends by itself then. */
  async function end(ref: PodRef, uid: string, context: ApplyContext): Promise<Ended> {
    let why = 'nothing was heard of it';
    const until = context.deadline.getTime() - FOR_READING;
    while (Date.now() < until) {
      const pod = await find(ref, uid, context);
      if (!pod) return { state: 'late', why: 'the pod went meanwhile' };
      const state = debugContainerState(pod, context.operation);
      if (state.state !== 'pending') return state;
      why = state.why;
      context.heartbeat(why);
      await sleep(LOOK_EVERY, undefined, { signal: context.signal }).catch((cause: unknown) => {
        const what = 'Cancelled: the debug container goes on until its time is up';
        throw new StepFailure('unknown-outcome', what, { cause });
      });
    }
    return { state: 'late', why };
  }

  async function find({ namespace, name }: PodRef, uid: string, limits: Limits): Promise<RawPod | undefined> {
    const pod = await api.find('pods', { namespace, name }, limits);
    return pod?.metadata?.uid === uid ? pod : undefined;
  }
}

/** It is added by then: a failure to read how it ended must not have it added once more. */
function unseen(cause: unknown): never {
  if (!(cause instanceof StepFailure) || cause.kind === 'unknown-outcome') throw cause;
  const what = 'The debug container was added; how it ended is not known';
  throw new StepFailure('unknown-outcome', `${what}: ${cause.message}`, { cause });
}

/** The runtime's id of the life that a container has now. */
const idOf = (pod: RawPod, container: string | undefined): string | null =>
  pod.status?.containerStatuses?.find((c) => c.name === container)?.containerID ?? null;
