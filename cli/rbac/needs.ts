import { z } from 'zod';
import { NAMESPACE_FIELDS, resourceOf, type AnyContract, type Rights } from '../../activities/kit/index.ts';
import { kubernetes } from '../../activities/kubernetes/contract.ts';
import type { FieldShape } from './input-shape.ts';
import type { StepUse } from './steps-of-runbooks.ts';

/** Reads ask with one account, everything of a change (plan, apply, probe, undo) with the other. */
export type Identity = 'read' | 'change';

/** One right that a runbook needs. `bound`: in each namespace in which it may act. */
export interface Need {
  readonly identity: Identity;
  readonly place: 'cluster' | 'bound' | { readonly namespace: string };
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
}

export interface Needs {
  readonly needs: readonly Need[];
  /** What was left out and why, in sentences. */
  readonly leftOut: readonly string[];
}

/** A use of a step, wherever it is declared. */
type Use = Pick<StepUse, 'step' | 'input'>;

/** No runbook calls it: the engine does, for every change that takes something away. */
const OF_BUDGETS: Use & { readonly contract: AnyContract } = {
  step: kubernetes.disruptions.contract.name,
  input: () => ({ given: 'maybe' }),
  contract: kubernetes.disruptions.contract as unknown as AnyContract,
};

export interface Asked {
  readonly probeNamespace: string;
  /** With what steps go on without. */
  readonly optional: boolean;
  /** With what disruption budgets look at before each change that takes something away. */
  readonly budgets: boolean;
  /** Kinds of objects that steps may be given which take any: `configmaps`, `widgets.example.com`. */
  readonly objects: readonly string[];
}

/** What these uses of steps need, as far as their inputs can be seen in the source: rather a right too many than one too few. */
export function needsOf(
  uses: readonly Use[],
  contracts: ReadonlyMap<string, AnyContract>,
  asked: Asked,
): Needs {
  const needs: Need[] = [];
  const leftOut = new Set<string>();
  const asking = uses.flatMap((use) => {
    const contract = contracts.get(use.step);
    return contract ? [{ ...use, contract }] : [];
  });
  if (asking.some(({ contract }) => contract.effect === 'change' && contract.takesAway)) {
    if (asked.budgets) asking.push(OF_BUDGETS);
    else leftOut.add('what disruption budgets look at, where the configuration has any: --budgets adds it');
  }
  for (const { contract, ...use } of asking) {
    const shape = withDefaults(contract, use);
    for (const rights of contract.rights ?? []) {
      if (!mayApply(rights, shape)) continue;
      const resources = resourcesOf(rights, asked);
      if (rights.object && asked.objects.length === 0) {
        leftOut.add(
          `${use.step} is given objects of any kind: name the kinds with --object, to ${rights.object.join(', ')} them`,
        );
      }
      if (rights.without !== undefined && !asked.optional) {
        for (const { text, verbs } of resources)
          leftOut.add(
            `${verbs.join(', ')} ${text}: without it ${use.step} goes on, and does not know ${rights.without}`,
          );
        continue;
      }
      const place = placeOf(rights, shape, asked);
      const identity = contract.effect;
      for (const { text, verbs } of resources)
        for (const verb of verbs) needs.push({ identity, place, verb, ...resourceOf(text) });
    }
  }
  return { needs, leftOut: [...leftOut].sort() };
}

const resourcesOf = ({ may = {}, object }: Rights, { objects }: Asked) => [
  ...Object.entries(may).map(([text, verbs]) => ({ text, verbs })),
  ...(object ? objects.map((text) => ({ text, verbs: object })) : []),
];

type Shape = (field: string) => FieldShape;

/** A field that is not given has its default, where the schema has one; one that has to be given is. */
function withDefaults(contract: AnyContract, { input }: Use): Shape {
  const schema = z.toJSONSchema(contract.input, { io: 'input', unrepresentable: 'any' });
  return (field) => {
    const seen = input(field);
    const declared = schema.properties?.[field];
    if (seen.given === 'yes' || schema.required?.includes(field)) return { ...seen, given: 'yes' };
    const standard = typeof declared === 'object' ? declared.default : undefined;
    if (typeof standard !== 'string') return seen;
    return seen.given === 'no' ? { given: 'yes', values: [standard] } : { given: 'yes' };
  };
}

const mayApply = ({ when = {} }: Rights, shape: Shape): boolean =>
  Object.entries(when).every(([field, wanted]) => {
    const { given, values } = shape(field);
    return given !== 'no' && (wanted === true || values === undefined || values.includes(wanted));
  });

function placeOf({ in: place }: Rights, shape: Shape, { probeNamespace }: Asked): Need['place'] {
  if (typeof place === 'object') return place;
  if (place === 'probes') return { namespace: probeNamespace };
  if (place === 'namespace')
    return NAMESPACE_FIELDS.some((f) => shape(f).given === 'yes') ? 'bound' : 'cluster';
  return place === 'found' ? 'bound' : 'cluster';
}
