export interface Printed {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly {
    readonly verbs: readonly string[];
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
  }[];
}

/** `Role NAME NAMESPACE` to `get,list apps/deployments`. */
export const asTable = (objects: readonly Printed[]): Record<string, string[]> =>
  Object.fromEntries(
    objects.map(({ kind, metadata: { name, namespace }, rules = [] }) => [
      [kind, name, namespace].filter(Boolean).join(' '),
      rules.flatMap((r) => r.resources.map((resource) => `${r.verbs.join()} ${r.apiGroups[0]}/${resource}`)),
    ]),
  );
