import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { workflowIdOf } from '../../ledger/workflow-id.ts';
import { defineRunbook } from '../../workflows/define-runbook.ts';

const runbook = defineRunbook({
  id: 'host-sick',
  title: 'A host is sick',
  owner: 'oncall',
  description: 'For tests.',
  input: z.object({ host: z.string().optional(), service: z.string().optional() }),
  run: async () => undefined,
});

test('without a correlationKey the whole input is the key: names count, their order does not', () => {
  const key = (input: object) => runbook.correlationKey(input);
  expect(key({ host: 'a' })).not.toBe(key({ service: 'a' }));
  expect(key({ host: 'a/b' })).not.toBe(key({ host: 'a', service: 'b' }));
  expect(key({ service: 'b', host: 'a' })).toBe(key({ host: 'a', service: 'b' }));
});

test('a run whose key is its whole input has an id that can be read', () => {
  const correlationKey = runbook.correlationKey({ host: 'worker-3', service: 'api' });
  expect(workflowIdOf({ runbook: 'host-sick', correlationKey, ordinal: 1 })).toMatch(
    /^host-sick\/host:worker-3-service:api-[0-9a-f]{8}\/1$/,
  );
});
