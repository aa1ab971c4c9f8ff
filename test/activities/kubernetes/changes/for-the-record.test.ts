import { expect, test } from '@jest/globals';
import {
  assertForTheRecord,
  forTheRecord,
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

test('a key of a Secret is a reference, a key to something is a secret', () => {
  for (const name of [
    'API_KEY',
    'AWS_SECRET_ACCESS_KEY',
    'SECRET_KEY',
    'apiKey',
    'accessKey',
    'privateKey',
  ]) {
    expect([name, secretIn({ [name]: 'x' })]).toEqual([name, name]);
  }
  for (const name of ['passwordKey', 'existingSecretPasswordKey', 'secretRefs', 'secretNames']) {
    expect([name, secretIn({ [name]: ['x'] })]).toEqual([name, undefined]);
  }
});

test('a key with dots is one name, the items of a list have the list’s', () => {
  expect(secretIn({ data: { 'password.txt': 'x' } })).toBe('data.password.txt');
  expect(withoutSecretValues({ 'password.txt': 'x' })).toEqual({ 'password.txt': '(hidden)' });
  expect(secretIn({ tokens: ['x'] })).toBe('tokens.0');
  expect(secretIn({ 'external-secrets.io/type': 'webhook' })).toBeUndefined();
});

test('a difference hides it, under a plain key as under a quoted one', () => {
  const hidden = { before: '(hidden)', after: null };
  for (const path of ['data.DB_PASSWORD', 'data["password.txt"]', 'data["a.b"].token']) {
    expect(forTheRecord({ path, before: 'x', after: null })).toEqual({ path, ...hidden });
  }
  const entry = { path: 'spec["token.yaml"].size', before: { password: 'x' }, after: 'small' };
  expect(forTheRecord(entry)).toEqual({ ...entry, before: { password: '(hidden)' } });
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
