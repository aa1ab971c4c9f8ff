import { resourceOf, type Rights, type Verb } from '../../kit/index.ts';

/** One thing that an account may do or not. */
export interface Access {
  readonly verb: Verb;
  readonly group: string;
  /** With its subresource: `pods/eviction`. */
  readonly resource: string;
  /** The whole cluster when absent. */
  readonly namespace?: string;
  /** Which cluster, where there are several. */
  readonly cluster?: string;
  /** One object only, where it is known which: a rule may name it. */
  readonly name?: string;
  /** What is missing without it, where the step goes on. */
  readonly without?: string;
}

export interface StepCall {
  readonly rights: readonly Rights[];
  /** As the step's contract parsed it. */
  readonly input: unknown;
  /** Of a change: `deployment/payments/api`. */
  readonly target?: string;
  /** The cluster that it names. */
  readonly cluster?: string | undefined;
}

const OF_ONE_OBJECT = new Set<Verb>(['get', 'patch', 'update', 'delete']);

/** What one call needs. Where a step comes upon namespaces by itself, it finds out there. */
export function accessesOf({ rights, input, target = '' }: StepCall, probeNamespace: string): Access[] {
  const given = (input ?? {}) as Readonly<Record<string, unknown>>;
  const [kind = '', ...where] = target.split('/');
  return rights
    .filter(({ when = {} }) =>
      Object.entries(when).every(([field, value]) =>
        value === true ? given[field] !== undefined : given[field] === value,
      ),
    )
    .flatMap((one) =>
      placesOf(one, given, probeNamespace).flatMap((namespace) =>
        resourcesOf(one, given).flatMap(({ text, verbs }) =>
          verbs.map((verb): Access => {
            const { group, resource } = resourceOf(text);
            const [plural, subresource] = resource.split('/');
            const isTarget =
              [plural, `${plural}.${group}`].some((name) => name === kind || name === `${kind}s`) &&
              (OF_ONE_OBJECT.has(verb) || subresource !== undefined);
            const name = isTarget ? where.at(-1) : undefined;
            return {
              verb,
              group,
              resource,
              ...(namespace !== undefined && { namespace }),
              ...(name !== undefined && { name }),
              ...(one.without !== undefined && { without: one.without }),
            };
          }),
        ),
      ),
    );
}

type Given = Readonly<Record<string, unknown>>;

/** Namespaces; undefined for the whole cluster. */
function placesOf({ in: place }: Rights, given: Given, probeNamespace: string): (string | undefined)[] {
  if (typeof place === 'object') return [place.namespace];
  if (place === 'probes') return [probeNamespace];
  if (place === 'found') return [];
  if (place === 'cluster') return [undefined];
  const { namespace, namespaces, pod, object } = given as {
    readonly namespace?: string;
    readonly namespaces?: readonly string[];
    readonly pod?: { readonly namespace?: string };
    readonly object?: { readonly namespace?: string };
  };
  return [...(namespaces ?? [namespace ?? pod?.namespace ?? object?.namespace])];
}

function resourcesOf({ may = {}, object: verbs }: Rights, { object }: Given) {
  const { group = '', resource } = (object ?? {}) as { readonly group?: string; readonly resource?: string };
  return [
    ...Object.entries(may).map(([text, of]) => ({ text, verbs: of })),
    ...(verbs && resource ? [{ text: group ? `${resource}.${group}` : resource, verbs }] : []),
  ];
}
