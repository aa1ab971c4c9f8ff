import { implementChange, StepFailure } from '../../kit/index.ts';
import {
  applyValues,
  diffOfValues,
  planValues,
  probeValues,
  type ValueChange,
} from '../changes/change-values.ts';
import type { Limits } from '../client/http.ts';
import type { ObjectOf } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { controllerOf } from '../pods/lineage.ts';
import { mayBeReverted } from './deployed-by.ts';

const RESOURCE = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  ReplicaSet: 'replicasets',
} as const;

interface Wanted {
  readonly namespace: string;
  readonly kind: keyof typeof RESOURCE;
  readonly name: string;
  readonly replicas: number;
}
type Replicas = { replicas: number };
type Scalable = ObjectOf<'deployments'> | ObjectOf<'statefulsets'> | ObjectOf<'replicasets'>;

export const scale = ({ api }: KubernetesClient) => {
  return implementChange(kubernetes.scale, {
    async plan(input, context) {
      const { object, after: _, ...planned } = await planValues(changeOf(input), context);
      if (planned.diff.length === 0) return planned;
      const from = planned.preimage.present.replicas;
      return {
        ...planned,
        ...(input.replicas < from && { risk: 'disruptive' as const }),
        warnings: [
          ...(input.replicas === 0 ? [`Nothing of ${input.name} runs then`] : []),
          ...(input.replicas > 0 && input.replicas < from
            ? [`${from - input.replicas} of its ${from} pods end; which of them, its controller decides`]
            : []),
          ...mayBeReverted(object),
        ],
      };
    },
    apply: (input, expected, context) =>
      applyValues(changeOf(input), { expected, output: outputOf(input) }, context),
    probe: (input, expected, context) =>
      probeValues(changeOf(input), { expected, output: outputOf(input) }, context),
    undo({ uid, present }, { input }) {
      const { replicas } = input;
      if (present.replicas === replicas) return undefined;
      return {
        change: kubernetes.scale({ ...input, replicas: present.replicas }),
        preconditions: { uid, present: { replicas } },
        diff: diffOfValues({ replicas }, present, pathOf),
      };
    },
  });

  function changeOf(input: Wanted): ValueChange<Scalable, Replicas> {
    const { namespace, kind, name, replicas } = input;
    return {
      called: `${kind} ${namespace}/${name}`,
      wanted: { replicas },
      pathOf,
      find: (limits) => api.find(RESOURCE[kind], { namespace, name }, limits),
      valuesOf: ({ spec }) => ({ replicas: spec?.replicas ?? 1 }),
      async assertMay(object, limits) {
        assertNotControlled(object, input);
        await assertNoAutoscaler(input, limits);
      },
      // As kubectl does: /scale knows the field of every kind, and sets nothing else.
      write({ metadata }, { dryRun }, limits) {
        const guard = { uid: metadata?.uid, resourceVersion: metadata?.resourceVersion };
        const patch = { metadata: guard, spec: { replicas } };
        const where = { namespace, name, subresource: 'scale' };
        return api.patch(RESOURCE[kind], { ...where, patch, type: 'merge-patch', dryRun }, limits);
      },
    };
  }

  async function assertNoAutoscaler({ namespace, kind, name }: Wanted, limits: Limits): Promise<void> {
    const { items } = await api.list('horizontalpodautoscalers', { namespace }, limits);
    const found = items.find(
      ({ spec }) => spec?.scaleTargetRef.kind === kind && spec.scaleTargetRef.name === name,
    );
    if (!found) return;
    const { minReplicas = 1, maxReplicas } = found.spec;
    throw new StepFailure(
      'conflict',
      `HorizontalPodAutoscaler ${namespace}/${found.metadata?.name} sets the replicas of ${kind} ${name}, between ${minReplicas} and ${maxReplicas}: another number would not last`,
      {
        next: 'Change its minReplicas or maxReplicas instead (kubernetes.patchObject), or take it away first.',
      },
    );
  }
};

const pathOf = (): string => 'spec.replicas';

function assertNotControlled(object: Scalable, { kind, name }: Wanted): void {
  const owner = controllerOf(object);
  if (!owner) return;
  throw new StepFailure(
    'conflict',
    `${owner.kind} ${owner.name} sets the replicas of ${kind} ${name}: another number would not last`,
    { next: `Scale ${owner.kind} ${owner.name} instead.` },
  );
}

const outputOf =
  ({ kind, name, replicas }: Wanted) =>
  ({ metadata }: Scalable) => ({ workload: { kind, name, uid: metadata?.uid ?? '' }, replicas });
