import { implementChange, StepFailure, type EarlierChange, type Planned } from '../../kit/index.ts';
import { semanticDiff } from '../changes/semantic-diff.ts';
import { uncontended } from '../changes/uncontended.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { TITLE, uncordonDiff } from './cordon-diff.ts';
import { cordonedByWhom, cordonOf, type CordonState } from './cordon-state.ts';
import { cordonedEarlier } from './earlier-cordons.ts';
import { sameNode, uncordonPatch } from './patch-cordon.ts';

type Preconditions = Omit<CordonState, 'node'> & {
  readonly leftBehind?: true | undefined;
  readonly stays?: true | undefined;
};

export const uncordonNode = ({ api }: KubernetesClient) =>
  implementChange(kubernetes.uncordonNode, {
    async plan(input, context) {
      const earlier = cordonedEarlier(context.earlier).get(input.node);
      const ofThisPlan = earlier && afterCordon(earlier);
      if (ofThisPlan) return ofThisPlan;

      const foreseen = context.foreseen as Preconditions | undefined;
      const left = foreseen?.stays ? null : (foreseen?.cordonedBy ?? null);
      const node = foreseen
        ? await api.find('nodes', { name: input.node }, context)
        : await api.get('nodes', { name: input.node }, context);
      if (!node) return goneWithItsNode(input.node, foreseen!.uid);
      const state = cordonOf(node);
      const { uid, unschedulable, cordonedBy } = state;
      const ours = cordonedBy?.startsWith(context.run) ?? false;
      const leftBehind = !ours && uid === foreseen?.uid && left !== null && cordonedBy === left;
      const found = {
        preconditions: { uid, unschedulable, cordonedBy, ...(leftBehind && { leftBehind }) },
        preimage: state,
      };
      const nothing = (why: string) => ({ diff: [], ...found, dryRun: 'none' as const, warnings: [why] });
      if (!unschedulable) return nothing(`${input.node} is not cordoned: nothing changes`);
      const whose = cordonedByWhom(node);
      if (!ours && !leftBehind && !input.evenIfCordonedByOthers) {
        if (earlier) {
          const planned = nothing(`${input.node} stays cordoned: it was so before this plan, by ${whose}`);
          return { ...planned, preconditions: { ...planned.preconditions, stays: true as const } };
        }
        throw left !== null
          ? anotherCordon(input.node, { whose, left })
          : new StepFailure('refused', `${input.node} was cordoned by ${whose}, not by this run`, {
              next: foreseen ? THEIRS_STAYS : 'Ask them, or propose it with evenIfCordonedByOthers: true.',
            });
      }
      const diff = await uncontended(context, async () => {
        const now = await sameNode(api, { node: input.node, uid }, context);
        const patch = uncordonPatch(now);
        const uncordoned = await api.patch(
          'nodes',
          { name: input.node, patch, type: 'merge-patch', dryRun: true },
          context,
        );
        return semanticDiff(now, uncordoned);
      });
      return {
        diff,
        ...found,
        dryRun: 'server' as const,
        warnings: ours ? [] : [`This takes away a cordon made by ${whose}`],
      };
    },

    apply: (input, expected, context) =>
      uncontended(context, async () => {
        const node = await sameNode(api, { node: input.node, uid: expected.uid }, context);
        const state = cordonOf(node);
        if (!state.unschedulable) return { outcome: 'already-satisfied' as const, output: state };
        if (!expected.unschedulable || state.cordonedBy !== expected.cordonedBy) {
          throw new StepFailure('conflict', `${input.node} is cordoned by ${cordonedByWhom(node)} now`, {
            next: 'That cordon was not there when this was approved; it stays.',
          });
        }
        const ours = state.cordonedBy !== null && runOf(state.cordonedBy) === runOf(context.operation);
        if (!ours && !expected.leftBehind && !input.evenIfCordonedByOthers) {
          return { outcome: 'not-needed' as const, output: state };
        }
        const patch = uncordonPatch(node);
        const written = await api.patch('nodes', { name: input.node, patch, type: 'merge-patch' }, context);
        return { outcome: 'applied' as const, output: cordonOf(written) };
      }),

    async probe(input, expected, context) {
      const node = await api.find('nodes', { name: input.node }, context);
      if (!node || node.metadata?.uid !== expected.uid) {
        // The node is gone, and its cordon with it.
        const output = { node: input.node, uid: expected.uid, unschedulable: false, cordonedBy: null };
        return { state: 'applied', output };
      }
      const state = cordonOf(node);
      return state.unschedulable ? { state: 'not-applied' } : { state: 'applied', output: state };
    },
  });

/** The plan of taking away what the same plan's cordon will have put there; nothing when that cordon changes nothing. */
function afterCordon(earlier: EarlierChange): Planned<Preconditions, CordonState> | undefined {
  const { preconditions, preimage, input } = kubernetes.cordonNode.contract;
  const before = preimage.parse(earlier.preimage);
  if (before.unschedulable) return undefined;
  const { uid } = preconditions.parse(earlier.preconditions);
  const written = { uid, unschedulable: true, cordonedBy: earlier.operation };
  return {
    diff: uncordonDiff({ by: earlier.operation, why: input.parse(earlier.input).reason ?? TITLE }),
    preconditions: written,
    preimage: { node: before.node, ...written },
    dryRun: 'derived',
  };
}

const THEIRS_STAYS =
  'Their cordon stays; ask them. Skip this, or where it is listed as left: nightshift left gone ID';

/** What was foreseen as ours to take away is another's now, or wanted by another as well: theirs stays. */
const anotherCordon = (node: string, { whose, left }: { readonly whose: string; readonly left: string }) =>
  new StepFailure(
    'refused',
    `${node} is cordoned by ${whose} now: no longer by ${left}, or not by it alone`,
    {
      next: THEIRS_STAYS,
    },
  );

const goneWithItsNode = (node: string, uid: string): Planned<Preconditions, CordonState> => {
  const state = { uid, unschedulable: false, cordonedBy: null };
  return {
    diff: [],
    preconditions: state,
    preimage: { node, ...state },
    dryRun: 'none',
    warnings: [`${node} is gone, and its cordon with it: nothing changes`],
  };
};

/** `deployment/workflowId` of an operation id, which ends in `/plan/position`. */
const runOf = (operation: string) => operation.split('/').slice(0, -2).join('/');
