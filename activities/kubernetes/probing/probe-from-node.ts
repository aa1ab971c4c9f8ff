import { setTimeout as sleep } from 'node:timers/promises';
import { implementChange, StepFailure, type ApplyContext } from '../../kit/index.ts';
import { hasStatus, printable } from '../client/failure.ts';
import type { Limits } from '../client/http.ts';
import type { RawPod } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { isReady } from '../nodes/taking-pods.ts';
import { sameNode } from '../nodes/patch-cordon.ts';
import { PROBE_OPERATION, probePod, probePodName, probeState, type ProbeState } from './probe-pod.ts';
import { removeProbeOf, removeProbePod } from './remove-probe-pod.ts';

const LOOK_EVERY = 250;
/** Kept of the call's time for taking the pod away again. */
const FOR_REMOVAL = 5_000;

type Asked = Parameters<typeof kubernetes.probeFromNode>[0];
type Ended = Exclude<ProbeState, { state: 'pending' }> | { readonly state: 'late'; readonly why: string };

export const probeFromNode = ({ api, probe: settings }: KubernetesClient) => {
  const { namespace } = settings;
  return implementChange(kubernetes.probeFromNode, {
    async plan(input, context) {
      const node = await api.get('nodes', { name: input.node }, context);
      const manifest = { ...input, operation: context.operation, settings };
      await createOrFind(() =>
        api.create('pods', { namespace, object: probePod(manifest), dryRun: true }, context),
      );
      const name = probePodName(context.operation);
      const after = {
        node: input.node,
        image: settings.image,
        connects: `${input.connect.host}:${input.connect.port}`,
      };
      return {
        diff: [{ path: `pod/${namespace}/${name}`, before: null, after }],
        preconditions: { nodeUid: node.metadata?.uid ?? '' },
        preimage: {},
        dryRun: 'server' as const,
        warnings: [
          'The pod is removed when its result is there, and when the call fails or is cancelled',
          ...(isReady(node) ? [] : [`${input.node} is not Ready: the probe may not start there`]),
        ],
      };
    },

    async apply(input, expected, context) {
      await sameNode(api, { node: input.node, uid: expected.nodeUid }, context);
      const pod = await start(input, context).catch(async (error: unknown) => {
        await removeProbeOf(api, { namespace, operation: context.operation });
        throw error;
      });
      try {
        const ended = await result(pod, context);
        return {
          outcome: 'applied' as const,
          output: { ...judge(ended, input), node: input.node, pod: nameOf(pod) },
        };
      } finally {
        await removeProbePod(api, pod);
      }
    },

    // As long as its result was not handed over it was not done: a second try takes up the pod of the first by its
    // name, or tries the connection once more, which harms nobody.
    probe: async () => ({ state: 'not-applied' }),
  });

  async function start(
    input: { node: string; connect: Required<Asked['connect']> },
    context: ApplyContext,
  ): Promise<RawPod> {
    const { operation } = context;
    const object = probePod({ ...input, operation, settings });
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

  async function look(pod: RawPod, limits: Limits): Promise<RawPod | undefined> {
    const found = await api.find('pods', { namespace, name: nameOf(pod) }, limits);
    return found?.metadata?.uid === pod.metadata?.uid ? found : undefined;
  }
};

/** What was made, or undefined when one of that name is there. */
async function createOrFind<T>(create: () => Promise<T>): Promise<T | undefined> {
  try {
    return await create();
  } catch (error) {
    if (hasStatus(error, 409) && error.facts['reason'] === 'AlreadyExists') return undefined;
    throw error;
  }
}

function judge(ended: Ended, { node, connect: { host, port } }: Asked) {
  const to = `${host}:${port}`;
  if (ended.state !== 'ended') {
    return {
      verdict: 'unknown' as const,
      reason: `the probe could not run on ${node}: ${printable(ended.why, 300)}`,
      exitCode: null,
      output: '',
    };
  }
  const { exitCode } = ended;
  const output = printable(ended.output, 1_000);
  if (exitCode === 0)
    return { verdict: 'pass' as const, reason: `${node} connects to ${to}`, exitCode, output };
  const reason = `${node} does not connect to ${to}: ${output || `exit code ${exitCode}`}`;
  return { verdict: 'fail' as const, reason, exitCode, output };
}

const nameOf = (pod: RawPod) => pod.metadata?.name ?? '';
