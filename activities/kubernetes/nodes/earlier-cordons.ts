import type { EarlierChange } from '../../kit/index.ts';
import { kubernetes } from '../contract.ts';

/** The nodes that the plan's earlier changes cordon: they take no pods when a later change is carried out. */
export function cordonedEarlier(earlier: readonly EarlierChange[]): Map<string, EarlierChange> {
  return new Map(
    earlier.flatMap((change) => {
      if (change.step !== kubernetes.cordonNode.contract.name) return [];
      const input = kubernetes.cordonNode.contract.input.safeParse(change.input);
      return input.success ? [[input.data.node, change] as const] : [];
    }),
  );
}
