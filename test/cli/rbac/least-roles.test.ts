import { expect, test } from '@jest/globals';
import type { AnyContract } from '../../../activities/kit/index.ts';
import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import type { FieldShape } from '../../../cli/rbac/input-shape.ts';
import { leastRoles } from '../../../cli/rbac/least-roles.ts';
import { needsOf } from '../../../cli/rbac/needs.ts';
import type { StepUse } from '../../../cli/rbac/steps-of-runbooks.ts';
import { asTable } from './as-table.ts';

type Use = Pick<StepUse, 'step' | 'input'>;

const contracts = new Map(
  Object.values<{ readonly contract: unknown }>(kubernetes).map(({ contract }) => [
    (contract as AnyContract).name,
    contract as AnyContract,
  ]),
);
const use = (step: keyof typeof kubernetes, input: Record<string, FieldShape> = {}): Use => ({
  step: `kubernetes.${step}`,
  input: (field) => input[field] ?? { given: 'no' },
});
const given = { given: 'yes' } as const;

function rolesFor(
  uses: Use[],
  { optional = false, budgets = false, objects = [] as string[], namespaces = ['shop'] } = {},
) {
  const { needs } = needsOf(uses, contracts, { probeNamespace: 'probes', optional, budgets, objects });
  return asTable(leastRoles(needs, { name: 'n', namespaces, accounts: {} }));
}

test('a list that names no namespace is of the whole cluster, and covers the same in one', () => {
  expect(rolesFor([use('listEvents', { namespace: given })])).toEqual({
    'Role n-read shop': ['list /events'],
  });
  const everywhere = { 'ClusterRole n-read': ['list /events'] };
  expect(rolesFor([use('listEvents')])).toEqual(everywhere);
  expect(rolesFor([use('listEvents', { namespace: { given: 'maybe' } })])).toEqual(everywhere);
  expect(rolesFor([use('listEvents'), use('listEvents', { namespace: given })])).toEqual(everywhere);
});

test('a kind that is written, left out with a default, or not known', () => {
  const status = (kind: FieldShape) => rolesFor([use('rolloutStatus', { namespace: given, kind })]);
  expect(status({ given: 'yes', values: ['DaemonSet'] })).toEqual({
    'Role n-read shop': ['get apps/daemonsets'],
  });
  expect(status({ given: 'no' })).toEqual({ 'Role n-read shop': ['get apps/deployments'] });
  expect(status(given)).toEqual({
    'Role n-read shop': ['get apps/daemonsets', 'get apps/deployments', 'get apps/statefulsets'],
  });
});

test('what steps go on without is left out, unless it is asked for', () => {
  const stored = use('storedCertificate', { namespace: given });
  expect(rolesFor([stored])).toEqual({});
  expect(rolesFor([stored], { optional: true })).toEqual({
    'Role n-read shop': [
      'get /secrets',
      'list cert-manager.io/certificaterequests',
      'get cert-manager.io/certificates',
    ],
  });
});

test('what disruption budgets look at is added when it is asked for, where something is taken away', () => {
  const before = rolesFor([use('cordonNode')]);
  const looked = rolesFor([use('cordonNode')], { budgets: true });
  expect(looked['ClusterRole n-read']).toEqual(['list /nodes']);
  expect(looked['Role n-read shop']).toEqual(
    expect.arrayContaining(['list /pods', 'list policy/poddisruptionbudgets', 'list apps/deployments']),
  );
  expect(looked['ClusterRole n-change']).toEqual(before['ClusterRole n-change']);
  expect(rolesFor([use('listEvents')], { budgets: true })).toEqual(rolesFor([use('listEvents')]));
});

test('kinds of objects that only the input knows are those that were named', () => {
  const remove = use('removeFinalizer');
  expect(rolesFor([remove], { objects: ['configmaps', 'widgets.example.com'] })).toEqual({
    'Role n-change shop': ['get,patch /configmaps', 'get,patch example.com/widgets'],
  });
});

test('a fixed namespace that is also one of the named has one role', () => {
  expect(
    rolesFor([use('nodeReady'), use('listEvents', { namespace: given })], {
      namespaces: ['kube-node-lease'],
    }),
  ).toEqual({
    'ClusterRole n-read': ['get /nodes'],
    'Role n-read kube-node-lease': ['list /events', 'get coordination.k8s.io/leases'],
  });
});

test('where nobody has said in which namespaces, the rules wait to be bound; the others are bound to the account', () => {
  const { needs } = needsOf([use('drainNode'), use('probeFromNode')], contracts, {
    probeNamespace: 'probes',
    optional: false,
    budgets: false,
    objects: [],
  });
  const change = { namespace: 'ops', name: 'changer' };
  const made = leastRoles(needs, { name: 'n', namespaces: [], accounts: { change } });
  expect(made.map((o) => `${o.kind} ${o.metadata.name}`)).toEqual([
    'ClusterRole n-change',
    'ClusterRoleBinding n-change',
    'ClusterRole n-change-where-bound',
    'Role n-change',
    'RoleBinding n-change',
  ]);
  expect(made[4]).toMatchObject({
    metadata: { namespace: 'probes' },
    roleRef: { kind: 'Role', name: 'n-change' },
    subjects: [{ kind: 'ServiceAccount', ...change }],
  });
});
