/**
 * A world for a test in a few lines: each scene is a name and the steps as they answer there, typed by their contracts.
 * Scenes are told apart by namespace and by the prefix of their nodes' names, so that several runs share one engine.
 */
import type { z } from 'zod';
import {
  implementChange,
  type Change,
  type ImplementedChange,
  type ImplementedRead,
  type ImplementedStep,
} from '../../activities/kit/index.ts';

/** One step of each name, which asks the scene that the input belongs to. */
export function stage(scenes: Readonly<Record<string, readonly ImplementedStep[]>>): ImplementedStep[] {
  const all = Object.values(scenes).flat();
  const first = new Map(all.map((step) => [step.contract.name, step]));
  const find = (step: string, input: unknown): ImplementedStep => {
    const scene = sceneOf(input, Object.keys(scenes));
    const found = scenes[scene]?.find(({ contract }) => contract.name === step);
    if (!found) throw new Error(`the scene "${scene}" has no ${step}`);
    return found;
  };
  return [...first.values()].map((step): ImplementedStep => {
    const { name } = step.contract;
    if (!('implementation' in step)) {
      return { ...step, run: (input, context) => (find(name, input) as ImplementedRead).run(input, context) };
    }
    const change = (input: unknown) => (find(name, input) as ImplementedChange).implementation;
    return {
      ...step,
      implementation: {
        plan: (input, context) => change(input).plan(input, context),
        apply: (input, expected, context) => change(input).apply(input, expected, context),
        probe: (input, expected, context) => change(input).probe(input, expected, context),
      },
    };
  });
}

/** A change of which a test says only what its plan rests on and what it does. */
export const changing = <I extends z.ZodType, O extends z.ZodType, P extends z.ZodType, S extends z.ZodType>(
  step: Change<I, O, P, S>,
  says: {
    readonly preconditions: NoInfer<z.output<P>>;
    readonly preimage: NoInfer<z.output<S>>;
    readonly does: (input: NoInfer<z.output<I>>) => NoInfer<z.input<O>>;
    readonly warnings?: readonly string[];
  },
): ImplementedChange =>
  implementChange(step, {
    plan: async () => ({
      diff: [{ path: 'what', before: 'it was', after: 'it will be' }],
      preconditions: says.preconditions,
      preimage: says.preimage,
      dryRun: 'server',
      warnings: says.warnings ?? [],
    }),
    apply: async (input) => ({ outcome: 'applied', output: says.does(input) }),
    probe: async () => ({ state: 'unknown', reason: 'not asked here' }),
  });

function sceneOf(input: unknown, names: readonly string[]): string {
  const { namespace, pod, node, host } = input as {
    namespace?: string;
    pod?: { namespace: string };
    node?: string;
    host?: string;
  };
  const own = namespace ?? pod?.namespace;
  if (own !== undefined) return own;
  const at = node ?? host ?? '';
  return names.find((name) => at.startsWith(`${name}-`)) ?? `(of ${JSON.stringify(input)})`;
}
