/** The least objects of RBAC for what is needed: no rule that another covers, none that nothing needs. */
import type { Identity, Need } from './needs.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

interface RoleOrBinding {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'ClusterRole' | 'Role' | 'ClusterRoleBinding' | 'RoleBinding';
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[];
  readonly roleRef?: { readonly apiGroup: string; readonly kind: string; readonly name: string };
  readonly subjects?: readonly {
    readonly kind: 'ServiceAccount';
    readonly name: string;
    readonly namespace: string;
  }[];
}

export interface Account {
  readonly namespace: string;
  readonly name: string;
}

export interface Wanted {
  /** `nightshift-bad-rollout`; `-read` and `-change` are put behind it. */
  readonly name: string;
  /** In which the runbook may act. None: a ClusterRole to be bound in each by hand. */
  readonly namespaces: readonly string[];
  /** To bind the roles to. */
  readonly accounts: Readonly<Partial<Record<Identity, Account>>>;
}

const API = 'rbac.authorization.k8s.io';
const apiVersion = `${API}/v1` as const;
const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];

export const leastRoles = (needs: readonly Need[], wanted: Wanted): RoleOrBinding[] =>
  (['read', 'change'] as const).flatMap((identity) =>
    rolesOf(
      needs.filter((n) => n.identity === identity),
      { ...wanted, name: `${wanted.name}-${identity}`, account: wanted.accounts[identity] },
    ),
  );

function rolesOf(
  needs: readonly Need[],
  { name, namespaces, account }: Wanted & { readonly account: Account | undefined },
): RoleOrBinding[] {
  const everywhere = needs.filter((n) => n.place === 'cluster');
  const covered = new Set(everywhere.map(keyOf));
  const inPlaces = needs.filter((n) => n.place !== 'cluster' && !covered.has(keyOf(n)));
  const bound = inPlaces.filter((n) => n.place === 'bound');
  const named = new Map(namespaces.map((namespace) => [namespace, [...bound]]));
  for (const need of inPlaces) {
    if (typeof need.place === 'string') continue;
    const { namespace } = need.place;
    named.set(namespace, [...(named.get(namespace) ?? []), need]);
  }
  const subjects = account && [{ kind: 'ServiceAccount' as const, ...account }];
  return [
    ...role('ClusterRole', { name }, everywhere, subjects),
    // Nobody has said where: not bound, for that would be everywhere.
    ...(namespaces.length === 0
      ? role('ClusterRole', { name: `${name}-where-bound` }, bound, undefined)
      : []),
    ...[...named].flatMap(([namespace, list]) => role('Role', { name, namespace }, list, subjects)),
  ];
}

function role(
  kind: 'ClusterRole' | 'Role',
  metadata: RoleOrBinding['metadata'],
  needs: readonly Need[],
  subjects: RoleOrBinding['subjects'],
): RoleOrBinding[] {
  if (needs.length === 0) return [];
  const made: RoleOrBinding = { apiVersion, kind, metadata, rules: rulesOf(needs) };
  if (!subjects) return [made];
  const roleRef = { apiGroup: API, kind, name: metadata.name };
  return [made, { apiVersion, kind: `${kind}Binding`, metadata, roleRef, subjects }];
}

/** One rule for all resources of a group that have the same verbs. */
function rulesOf(needs: readonly Need[]): Rule[] {
  const verbsOf = new Map<string, { group: string; resource: string; verbs: Set<string> }>();
  for (const { group, resource, verb } of needs) {
    const key = `${group}/${resource}`;
    const entry = verbsOf.get(key) ?? { group, resource, verbs: new Set() };
    verbsOf.set(key, entry);
    entry.verbs.add(verb);
  }
  const rules = new Map<string, { apiGroups: string[]; resources: string[]; verbs: string[] }>();
  const sorted = [...verbsOf.values()].sort(
    (a, b) => order(a.group, b.group) || order(a.resource, b.resource),
  );
  for (const { group, resource, verbs } of sorted) {
    const inOrder = VERBS.filter((v) => verbs.has(v));
    const key = `${group} ${inOrder.join()}`;
    const rule = rules.get(key) ?? { apiGroups: [group], resources: [], verbs: inOrder };
    rules.set(key, rule);
    rule.resources.push(resource);
  }
  return [...rules.values()];
}

const keyOf = ({ group, resource, verb }: Need) => `${group}/${resource} ${verb}`;
const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
