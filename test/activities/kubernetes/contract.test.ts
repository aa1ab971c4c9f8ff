import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { kubernetes, type Pod } from '../../../activities/kubernetes/contract.ts';

test.each(Object.values(kubernetes).map((step) => [step.contract.name, step.contract] as const))(
  '%s has schemas that JSON Schema can say, and words for people',
  (name, contract) => {
    const schemas = [
      contract.input,
      contract.output,
      ...(contract.effect === 'change' ? [contract.preconditions, contract.preimage] : []),
    ];
    for (const schema of schemas) {
      expect(() => z.toJSONSchema(schema, { io: 'input', target: 'draft-7' })).not.toThrow();
      expect(() => z.toJSONSchema(schema, { io: 'output', target: 'draft-7' })).not.toThrow();
    }
    expect(name).toMatch(/^kubernetes\.[a-z][A-Za-z]+$/);
    expect(contract.description).toMatch(/[.?]$/);
    expect(contract.as).toBeTruthy();
    expect(contract.rights?.length).toBeGreaterThan(0);
    for (const { may = {}, when = {} } of contract.rights ?? []) {
      for (const [resource, verbs] of Object.entries(may)) {
        expect(resource).toMatch(/^[a-z]+(\.[a-z0-9.-]+)?(\/[a-z]+)?$/);
        expect(new Set(verbs).size).toBe(verbs.length);
      }
      const { properties } = z.toJSONSchema(contract.input, { io: 'input', unrepresentable: 'any' });
      expect(Object.keys(properties ?? {})).toEqual(expect.arrayContaining(Object.keys(when)));
    }
  },
);

test('what listPods gives is what deletePod takes: the UID comes along, the noise does not', () => {
  const pod = { namespace: 'payments', name: 'api-1', uid: 'u-1', restarts: 7, phase: 'Running' } as Pod;
  const change = kubernetes.deletePod({ pod });
  expect(change.input).toEqual({
    pod: { namespace: 'payments', name: 'api-1', uid: 'u-1' },
    evenIfHealthy: false,
  });
  expect(change.target).toBe('pod/payments/api-1');
});

test('execInPod takes the fixed probe or a free command, not both and not neither', () => {
  const pod = { namespace: 'payments', name: 'api-1' };
  expect(() => kubernetes.execInPod({ pod })).toThrow(/either connect or argv/);
  expect(() => kubernetes.execInPod({ pod, connect: { host: '10.0.0.1', port: 1 }, argv: ['id'] })).toThrow(
    /either connect or argv/,
  );
  expect(kubernetes.execInPod({ pod, connect: { host: '10.0.0.1', port: 5432 } }).summary).toBe(
    'Connect from api-1 to 10.0.0.1:5432',
  );
});

test('a host that would be an option of the probe, or a shell word, is refused', () => {
  for (const host of ['-e', '10.0.0.1;reboot', 'a b', '$(id)', '']) {
    expect(() => kubernetes.probeFromNode({ node: 'worker-1', connect: { host, port: 80 } })).toThrow(/host/);
  }
});

test('a pattern that is no regular expression is refused with its path', () => {
  const read = kubernetes.podLogs.contract.input.safeParse({
    pod: { namespace: 'payments', name: 'api-1' },
    expected: ['FATAL', '('],
  });
  expect(read.error?.issues[0]?.path).toEqual(['expected', 1]);
});

test('the checks are verdicts, so that a put-back can wait for them', () => {
  kubernetes
    .uncordonNode({ node: 'n' })
    .once(kubernetes.podsReady, { namespace: 'payments', selector: 'app=x' }, { maxAge: '30s' });
  kubernetes
    .uncordonNode({ node: 'n' })
    // @ts-expect-error a list is no verdict
    .once(kubernetes.listPods, { namespace: 'payments' }, { maxAge: '30s' });
});
