/** The steps of several clusters as one list: each call goes to the cluster that its input names, or to the default. */
import {
  clusterNamed,
  type ImplementedChange,
  type ImplementedStep,
  type ProposedChange,
  type Undo,
} from '../../activities/kit/index.ts';
import { isChange, isRead } from '../activities/dependencies.ts';
import { clusterCalled } from './cluster-called.ts';

export interface StepsOfCluster {
  readonly name: string;
  readonly steps: readonly ImplementedStep[];
}

/** `clusters`: the default first; each has the same steps. An implementation is not told of clusters. */
export function onTheirClusters(clusters: readonly StepsOfCluster[]): ImplementedStep[] {
  const tables = clusters.map(({ name, steps }) => ({
    name,
    steps: new Map(steps.map((step) => [step.contract.name, step])),
  }));
  const stepFor = (name: string, input: unknown) => {
    const { cluster, ...rest } = input as Record<string, unknown> & { readonly cluster?: string };
    return { cluster, rest, step: clusterCalled(tables, cluster).steps.get(name)! };
  };
  const changeFor = (name: string, input: unknown) => {
    const { cluster, rest, step } = stepFor(name, input);
    return { cluster, rest, implementation: (step as ImplementedChange).implementation };
  };
  const onIt = (undo: Undo, cluster: string): Undo => ({
    ...undo,
    change: changeOn(undo.change, cluster, clusters[0]!.steps),
    ...(undo.once && { once: { ...undo.once, input: { ...(undo.once.input as object), cluster } } }),
  });
  return clusters[0]!.steps.map((step): ImplementedStep => {
    const { name } = step.contract;
    if (isRead(step)) {
      return {
        contract: step.contract,
        run: async (input, context) => {
          const { rest, step: there } = stepFor(name, input);
          if (!isRead(there)) throw new TypeError(`${name} is no read`);
          return there.run(rest, context);
        },
        follow: (input) => {
          const { rest, step: there } = stepFor(name, input);
          return isRead(there) ? there.follow?.(rest) : undefined;
        },
      };
    }
    return {
      contract: step.contract,
      implementation: {
        plan: async (input, context) => {
          const { cluster, rest, implementation } = changeFor(name, input);
          const earlier = context.earlier.filter((e) => (e.input as Named).cluster === cluster);
          // The same list where it is whole: what a plan looks at only once is known by it (once-per-plan.ts).
          const isWhole = earlier.length === context.earlier.length;
          return implementation.plan(rest, isWhole ? context : { ...context, earlier });
        },
        apply: async (input, preconditions, context) => {
          const { rest, implementation } = changeFor(name, input);
          return implementation.apply(rest, preconditions, context);
        },
        probe: async (input, preconditions, context) => {
          const { rest, implementation } = changeFor(name, input);
          return implementation.probe(rest, preconditions, context);
        },
        undo: (preimage, { input, operation }) => {
          const { cluster, rest, implementation } = changeFor(name, input);
          const undo = implementation.undo?.(preimage, { input: rest, operation });
          return undo && cluster !== undefined ? onIt(undo, cluster) : undo;
        },
      },
    };
  });
}

type Named = { readonly cluster?: string };

function changeOn(
  change: ProposedChange,
  cluster: string,
  steps: readonly ImplementedStep[],
): ProposedChange {
  const contract = steps.filter(isChange).find((step) => step.contract.name === change.step)?.contract;
  if (!contract) throw new TypeError(`${change.step} is no step of a cluster`);
  const input = { ...(change.input as object), cluster };
  if (clusterNamed(contract, input) === undefined) return change;
  return { ...change, input, target: contract.target(input), summary: contract.summary(input) };
}
