import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { schemaName } from '../../ledger/database/schema-name.ts';
import { workflowIdOf } from '../../ledger/workflow-id.ts';

test('a plain key is the id, word for word', () => {
  expect(workflowIdOf({ runbook: 'pods-crash', correlationKey: 'payments/api', ordinal: 3 })).toBe(
    'pods-crash/payments/api/3',
  );
});

test('any key gives a short id without spaces, and different keys give different ids', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), fc.string({ maxLength: 300 }), (a, b) => {
      const [x, y] = [a, b].map((correlationKey) =>
        workflowIdOf({ runbook: 'r', correlationKey, ordinal: 1 }),
      );
      expect(x).toMatch(/^r\/[A-Za-z0-9._:=@/-]{1,89}\/1$/);
      if (a !== b) expect(x).not.toBe(y);
    }),
  );
});

test('a key cannot pass for what another key was altered to', () => {
  const altered = workflowIdOf({ runbook: 'r', correlationKey: 'a b', ordinal: 1 });
  const [, imitation] = altered.split('/');
  expect(workflowIdOf({ runbook: 'r', correlationKey: imitation!, ordinal: 1 })).not.toBe(altered);
});

test('a deployment has a schema of its own, and a name that cannot be one is refused', () => {
  expect(schemaName('prod')).toBe('nightshift_prod');
  expect(schemaName('Prod')).not.toBe(schemaName('prod'));
  expect(schemaName('a.b')).not.toBe(schemaName('a-b'));
  for (const name of ['', 'a b', '"; drop', 'x'.repeat(64)])
    expect(() => schemaName(name)).toThrow(RangeError);
});
