import { implementChange } from '../../kit/index.ts';
import {
  applyValues,
  diffOfValues,
  planValues,
  probeValues,
  type ValueChange,
} from '../changes/change-values.ts';
import type { Limits } from '../client/http.ts';
import type { RawNode } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { controllerOf } from '../pods/lineage.ts';
import { listed } from '../listed.ts';
import { markChange, markedOutput, type Marks } from './mark-node.ts';
import { tolerates, type Taint } from './room-for-pod.ts';

interface Wanted {
  readonly node: string;
  readonly taints: Marks;
  readonly overwrite: boolean;
}

export const taintNode = ({ api }: KubernetesClient) => {
  return implementChange(kubernetes.taintNode, {
    async plan(input, context) {
      const { object, after: _, ...planned } = await planValues(changeOf(input), context);
      if (planned.diff.length === 0) return planned;
      const leaving = await putOff(object, input.taints, context);
      if (leaving.length === 0) return planned;
      const warnings = [
        `${leaving.length} pods on it do not tolerate that and are put off it: ${listed(leaving)}`,
      ];
      return { ...planned, risk: 'disruptive' as const, warnings };
    },
    apply: (input, expected, context) =>
      applyValues(changeOf(input), { expected, output: outputOf(input) }, context),
    probe: (input, expected, context) =>
      probeValues(changeOf(input), { expected, output: outputOf(input) }, context),
    undo({ uid, present }, { input }) {
      const diff = diffOfValues(input.taints, present, pathOf);
      if (diff.length === 0) return undefined;
      const change = kubernetes.taintNode({ node: input.node, taints: present, overwrite: true });
      return { change, preconditions: { uid, present: input.taints }, diff };
    },
  });

  function changeOf({ node, taints, overwrite }: Wanted): ValueChange<RawNode, Marks> {
    return markChange(api, {
      ...{ node, mark: 'taint', wanted: taints, overwrite, pathOf },
      valuesOf: (now) => presentTaints(now, Object.keys(taints)),
      patch({ spec }) {
        const others = (spec?.taints ?? []).filter((t) => !(markOf(t) in taints));
        return { spec: { taints: [...others, ...taintsOf(taints)] } };
      },
    });
  }

  /** Pods that run on the node and do not tolerate what evicts. */
  async function putOff(node: RawNode, taints: Marks, limits: Limits): Promise<string[]> {
    const executing = taintsOf(taints).filter((t) => t.effect === 'NoExecute');
    if (executing.length === 0) return [];
    const fieldSelector = `spec.nodeName=${node.metadata?.name},status.phase!=Succeeded,status.phase!=Failed`;
    const { items } = await api.list('pods', { fieldSelector }, limits);
    return items
      .filter((pod) => executing.some((t) => !tolerates(pod, t)))
      .map((pod) => {
        const bare = controllerOf(pod) ? '' : ' (nothing makes it again)';
        return `${pod.metadata?.namespace}/${pod.metadata?.name}${bare}`;
      });
  }
};

const pathOf = (mark: string): string => `spec.taints["${mark}"]`;
const markOf = ({ key, effect }: Taint): string => `${key}:${effect}`;

const outputOf = ({ node, taints }: Wanted) => markedOutput(node, taints);

function presentTaints(node: RawNode, marks: readonly string[]): Marks {
  const there = new Map((node.spec?.taints ?? []).map((t) => [markOf(t), t.value ?? '']));
  return Object.fromEntries(marks.map((mark) => [mark, there.get(mark) ?? null]));
}

function taintsOf(marks: Marks): Taint[] {
  return Object.entries(marks).flatMap(([mark, value]) => {
    const [key = '', effect = ''] = mark.split(':');
    return value === null ? [] : [{ key, effect, ...(value && { value }) }];
  });
}
