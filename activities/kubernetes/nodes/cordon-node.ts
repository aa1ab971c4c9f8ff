import { implementChange, StepFailure } from '../../kit/index.ts';
import { semanticDiff } from '../changes/semantic-diff.ts';
import { uncontended } from '../changes/uncontended.ts';
import { printable } from '../client/failure.ts';
import type { RawNode } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { TITLE, uncordonDiff } from './cordon-diff.ts';
import { cordonedByWhom, cordonOf } from './cordon-state.ts';
import { cordonedEarlier } from './earlier-cordons.ts';
import { cordonPatch, sameNode } from './patch-cordon.ts';
import { namesOf, takingPods } from './taking-pods.ts';

export const cordonNode = ({ api }: KubernetesClient) =>
  implementChange(kubernetes.cordonNode, {
    async plan(input, context) {
      const [node, nodes] = await Promise.all([
        api.get('nodes', { name: input.node }, context),
        api.list('nodes', {}, context),
      ]);
      const state = cordonOf(node);
      const { uid, unschedulable, cordonedBy } = state;
      const found = { preconditions: { uid, unschedulable, cordonedBy }, preimage: state };
      if (unschedulable) {
        const warnings = [`${input.node} is cordoned already, by ${cordonedByWhom(node)}: nothing changes`];
        return { diff: [], ...found, dryRun: 'none' as const, warnings };
      }
      let seen: RawNode | undefined = node;
      const diff = await uncontended(context, async () => {
        const now = seen ?? (await sameNode(api, { node: input.node, uid }, context));
        // Written since it was read, when this is the next try.
        seen = undefined;
        const patch = cordonPatch(now, { by: context.operation, why: input.reason ?? TITLE });
        const cordoned = await api.patch(
          'nodes',
          { name: input.node, patch, type: 'merge-patch', dryRun: true },
          context,
        );
        return semanticDiff(now, cordoned);
      });
      const left = takingPods(nodes.items, new Set([input.node, ...cordonedEarlier(context.earlier).keys()]));
      return {
        diff,
        ...found,
        dryRun: 'server' as const,
        ...(left.length === 0 && { risk: 'disruptive' as const }),
        warnings: [
          left.length === 0
            ? 'No other node takes pods then: whatever restarts has nowhere to go'
            : `${left.length} of ${nodes.items.length} nodes take pods then: ${namesOf(left)}`,
        ],
      };
    },

    apply: (input, expected, context) =>
      uncontended(context, async () => {
        const node = await sameNode(api, { node: input.node, uid: expected.uid }, context);
        const state = cordonOf(node);
        if (state.unschedulable) {
          const foreseen = expected.unschedulable && state.cordonedBy === expected.cordonedBy;
          if (foreseen || state.cordonedBy === context.operation) {
            return { outcome: 'already-satisfied' as const, output: state };
          }
          throw new StepFailure(
            'conflict',
            `${input.node} was cordoned meanwhile, by ${cordonedByWhom(node)}`,
          );
        }
        if (expected.unschedulable) {
          throw new StepFailure(
            'conflict',
            `${input.node} was cordoned when this was planned and no longer is`,
          );
        }
        const why = printable(input.reason ?? context.reason, 500);
        const patch = cordonPatch(node, { by: context.operation, why });
        const written = await api.patch('nodes', { name: input.node, patch, type: 'merge-patch' }, context);
        return { outcome: 'applied' as const, output: cordonOf(written) };
      }),

    async probe(input, expected, context) {
      const node = await api.find('nodes', { name: input.node }, context);
      if (!node || node.metadata?.uid !== expected.uid) return { state: 'not-applied' };
      const state = cordonOf(node);
      // Also by hand: what was wanted is there, and `cordonedBy` says whether it is ours to put back.
      return state.unschedulable ? { state: 'applied', output: state } : { state: 'not-applied' };
    },

    undo(preimage, { input, operation }) {
      if (preimage.unschedulable) return undefined;
      return {
        change: kubernetes.uncordonNode({ node: input.node }),
        preconditions: { uid: preimage.uid, unschedulable: true, cordonedBy: operation },
        diff: uncordonDiff({ by: operation, why: input.reason ?? TITLE }),
      };
    },
  });
