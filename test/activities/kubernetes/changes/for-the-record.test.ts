import { expect, test } from '@jest/globals';
import {
  assertForTheRecord,
  secretIn,
  withoutSecretValues,
} from '../../../../activities/kubernetes/changes/for-the-record.ts';

test('what looks like a secret is named by its path, what refers to one is not', () => {
  expect(secretIn({ spec: { password: 'x' } })).toBe('spec.password');
  expect(secretIn({ spec: { env: [{ name: 'DB_PASSWORD', value: 'x' }] } })).toBe('spec.env.0.DB_PASSWORD');
  expect(secretIn({ spec: { dsn: 'postgres://u:p@db/x' } })).toBe('spec.dsn');
  expect(
    secretIn({ spec: { secretName: 'tls', secretRef: 'x', tokenNamespace: 'y', replicas: 2 } }),
  ).toBeUndefined();
  expect(() => assertForTheRecord('things/x', { a: 1 }, { token: 'x' })).toThrow(
    'things/x: token looks like a secret, and plans go into the record',
  );
});

test('a read hides it', () => {
  expect(
    withoutSecretValues({
      spec: {
        token: 't',
        url: 'https://u:p@h',
        name: 'ok',
        env: [
          { name: 'API_KEY', value: 'k' },
          { name: 'A', value: 'b' },
        ],
      },
    }),
  ).toEqual({
    spec: {
      token: '(hidden)',
      url: '(hidden)',
      name: 'ok',
      env: [
        { name: 'API_KEY', value: '(hidden)' },
        { name: 'A', value: 'b' },
      ],
    },
  });
});
