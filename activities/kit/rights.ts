/** What a step asks of the Kubernetes API, in RBAC's words: kept beside each step, so that roles and checks follow from it. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/**
 * Where a right is needed:
 * - `cluster`: for objects of no namespace, or of all of them;
 * - `namespace`: in the namespaces that the input names; in all of them where it names none;
 * - `found`: in namespaces that the step comes upon by itself, such as those of the pods of a node;
 * - `probes`: where probe pods live;
 * - `{ namespace }`: in exactly this one.
 */
type RightsPlace = 'cluster' | 'namespace' | 'found' | 'probes' | { readonly namespace: string };

export interface Rights {
  readonly in: RightsPlace;
  /** Resources as kubectl writes them, each with its verbs: `pods/eviction`, `deployments.apps`, `deployments.apps/scale`. */
  readonly may?: Readonly<Record<string, readonly Verb[]>>;
  /** The verbs for the object that the input names by `object.group` and `object.resource`. */
  readonly object?: readonly Verb[];
  /** Only for an input with these values; `true`: with any. */
  readonly when?: Readonly<Record<string, string | true>>;
  /** What is missing without it, where the step goes on and says so: `the budgets that cover the pod`. */
  readonly without?: string;
}

/** The fields of an input that name namespaces: the last two by the object in them. */
export const NAMESPACE_FIELDS = ['namespace', 'namespaces', 'pod', 'object'] as const;

/** `deployments.apps/scale` as RBAC has it. */
export function resourceOf(text: string): { readonly group: string; readonly resource: string } {
  const [name = '', subresource] = text.split('/');
  const dot = name.indexOf('.');
  const [plural, group] = dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot + 1)];
  return { group, resource: subresource === undefined ? plural : `${plural}/${subresource}` };
}
