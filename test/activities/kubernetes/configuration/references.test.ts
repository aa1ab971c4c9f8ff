import { expect, test } from '@jest/globals';
import { referencesOf } from '../../../../activities/kubernetes/configuration/references.ts';
import {
  describeConfigMap,
  describeSecret,
} from '../../../../activities/kubernetes/configuration/describe-source.ts';

test('every place of a template that takes configuration, with its key', () => {
  const references = referencesOf({
    spec: {
      initContainers: [{ name: 'init', envFrom: [{ secretRef: { name: 'db', optional: true } }] }],
      containers: [
        {
          name: 'app',
          env: [
            { name: 'PLAIN', value: '1' },
            { name: 'PORT', valueFrom: { configMapKeyRef: { name: 'settings', key: 'port' } } },
            { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
          ],
        },
      ],
      volumes: [
        { name: 'conf', configMap: { name: 'files', items: [{ key: 'app.conf', path: 'a' }] } },
        { name: 'tls', secret: { secretName: 'tls' } },
        {
          name: 'both',
          projected: { sources: [{ configMap: { name: 'more' } }, { secret: { name: 'db' } }] },
        },
        { name: 'scratch', emptyDir: {} },
      ],
    },
  });
  expect(
    references.map((r) => `${r.container}/${r.as}: ${r.kind} ${r.name} ${r.key}${r.optional ? '?' : ''}`),
  ).toEqual([
    'init/all as env: Secret db null?',
    'app/env PORT: ConfigMap settings port',
    'null/volume conf: ConfigMap files app.conf',
    'null/volume tls: Secret tls null',
    'null/volume both: ConfigMap more null',
    'null/volume both: Secret db null',
  ]);
});

const applied = (data: object) => ({
  name: 'settings',
  annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ data }) },
});

test('what differs from what was applied; secrets and what is too large by name alone', () => {
  const source = describeConfigMap({
    metadata: applied({ A: '1', GONE: 'x', URL: 'postgres://u:p@db', BIG: 'b' }),
    data: {
      A: '1',
      NEW: 'n',
      URL: 'postgres://u:q@db',
      BIG: 'b'.repeat(20_000),
      DB_PASSWORD: 'hunter2',
      'application.yml': 'db:\n  user: shop\n  password: hunter2\n',
    },
  });
  expect(source.changes).toEqual([
    { key: 'BIG', applied: null, present: null, hidden: true },
    { key: 'DB_PASSWORD', applied: null, present: null, hidden: true },
    { key: 'GONE', applied: 'x', present: null, hidden: false },
    { key: 'NEW', applied: null, present: 'n', hidden: false },
    { key: 'URL', applied: null, present: null, hidden: true },
    { key: 'application.yml', applied: null, present: null, hidden: true },
  ]);
  expect(JSON.stringify(source)).not.toMatch(/hunter2|u:p@/);
});

test('without a memory of what was applied nothing is said to differ', () => {
  expect(describeConfigMap({ metadata: { name: 's' }, data: { A: '1' } }).changes).toEqual([]);
  const broken = { name: 's', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{' } };
  expect(describeConfigMap({ metadata: broken, data: { A: '1' } }).changes).toEqual([]);
});

test('keys of a Secret come from its metadata', () => {
  const fieldsV1 = { 'f:data': { '.': {}, 'f:password': {}, 'f:user': {} }, 'f:type': {} };
  expect(
    describeSecret({ metadata: { name: 'db', managedFields: [{ manager: 'kubectl', fieldsV1 }] } }),
  ).toMatchObject({
    kind: 'Secret',
    keys: ['password', 'user'],
    changes: [],
  });
});
