import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { implementChange, StepFailure, type ApplyContext } from '../../kit/index.ts';
import type { Limits } from '../client/http.ts';
import type { RawPod } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { PodRef } from '../contract/identity.ts';
import { containerOf } from '../pods/container-of.ts';
import { livePod } from '../pods/live-pod.ts';
import { outputOf } from '../pods/output-of.ts';
import type { Ended } from '../probing/container-state.ts';
import { rightsOf } from './debug-profile.ts';
import { bounded, endedAs } from './ended.ts';
import {
  addingPatch,
  debugContainerName,
  debugContainerState,
  hasDebugContainer,
} from './ephemeral-container.ts';
import { MOST_READ } from './whole-output.ts';

const LOOK_EVERY = 250;
/** Kept of the call's time for reading the output. */
const FOR_READING = 5_000;

type Contract = (typeof kubernetes.debugContainer)['contract'];
type Input = z.output<Contract['input']>;

export const debugContainer = ({ api, probe: settings }: KubernetesClient) => {
  return implementChange(kubernetes.debugContainer, {
    async plan(input, context) {
      const pod = await livePod(api, input.pod, context);
      const target = input.target === undefined ? undefined : containerOf(pod, input.target);
      const uid = pod.metadata?.uid ?? '';
      await add({ input, uid, dryRun: true }, context);
      const path = `pod/${input.pod.namespace}/${input.pod.name}/${debugContainerName(context.operation)}`;
      const { argv: runs, profile } = input;
      return {
        diff: [
          { path, before: null, after: { runs, image: settings.debugImage, profile, sees: target ?? null } },
        ],
        preconditions: { uid, targetId: idOf(pod, target) },
        preimage: {},
        dryRun: 'server',
        warnings: [
          `A debug container cannot be removed: it ends after ${input.timeoutSeconds} s, and stays listed in the pod for as long as the pod lives`,
          rightsOf[profile],
          'What a free command does cannot be foreseen, shown or undone',
        ],
      };
    },

    async apply(input, { uid, targetId }, context) {
      const pod = await livePod(api, { ...input.pod, uid }, context);
      if (!hasDebugContainer(pod, context.operation)) {
        if (idOf(pod, input.target) !== targetId) {
          throw new StepFailure('conflict', `Container ${input.target} of ${input.pod.name} was restarted`, {
            next: 'Look at the pod again: the processes are other ones now.',
          });
        }
        await add({ input, uid, dryRun: false }, context);
      }
      return { outcome: 'applied', output: await outcome(input, uid, context).catch(unseen) };
    },

    /** What was added is there for as long as the pod: its result can be had later as well. */
    async probe(input, { uid }, context) {
      const pod = await find(input.pod, uid, context);
      if (!pod)
        return { state: 'unknown', reason: `pod ${input.pod.name} is gone, and with it what ran in it` };
      if (!hasDebugContainer(pod, context.operation)) return { state: 'not-applied' };
      return { state: 'applied', output: await outcome(input, uid, context) };
    },
  });

  async function add(
    { input, uid, dryRun }: { input: Input; uid: string; dryRun: boolean },
    { operation, ...limits }: Limits & { readonly operation: string },
  ): Promise<void> {
    const { namespace, name } = input.pod;
    const { target, profile } = input;
    const patch = addingPatch({ uid, operation, command: bounded(input), target, profile, settings });
    const where = { namespace, name, subresource: 'ephemeralcontainers' };
    await api.patch('pods', { ...where, type: 'strategic-merge-patch', patch, dryRun }, limits);
  }

  async function outcome(input: Input, uid: string, context: ApplyContext) {
    const container = debugContainerName(context.operation);
    let ended = await end(input.pod, uid, context);
    if (ended.state === 'ended') {
      const where = { namespace: input.pod.namespace, name: input.pod.name, container };
      ended = { ...ended, output: await outputOf(api, where, MOST_READ, context) };
    }
    const told = {
      where: `a debug container of ${input.pod.name}`,
      name: `${container}.txt`,
      keep: context.keep,
    };
    return { ...(await endedAs(ended, input, told)), container };
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
        throw new StepFailure(
          'unknown-outcome',
          'Cancelled: the debug container goes on until its time is up',
          {
            cause,
          },
        );
      });
    }
    return { state: 'late', why };
  }

  async function find({ namespace, name }: PodRef, uid: string, limits: Limits): Promise<RawPod | undefined> {
    const pod = await api.find('pods', { namespace, name }, limits);
    return pod?.metadata?.uid === uid ? pod : undefined;
  }
};

/** It is added by then: a failure to read how it ended must not have it added once more. */
function unseen(cause: unknown): never {
  if (!(cause instanceof StepFailure) || cause.kind === 'unknown-outcome') throw cause;
  throw new StepFailure(
    'unknown-outcome',
    `The debug container was added; how it ended is not known: ${cause.message}`,
    { cause },
  );
}

/** The runtime's id of the life that a container has now. */
const idOf = (pod: RawPod, container: string | undefined): string | null =>
  pod.status?.containerStatuses?.find((c) => c.name === container)?.containerID ?? null;
