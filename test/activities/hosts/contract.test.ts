import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { hosts } from '../../../activities/hosts/contract.ts';

test.each(Object.entries(hosts))('%s has schemas that JSON Schema can say', (key, step) => {
  const { contract } = step;
  expect(contract.name).toBe(`hosts.${key}`);
  const schemas: z.ZodType[] = [contract.input, contract.output];
  if (contract.effect === 'change') schemas.push(contract.preconditions, contract.preimage);
  for (const schema of schemas) {
    expect(z.toJSONSchema(schema, { io: 'input', target: 'draft-7' })).toHaveProperty('$schema');
  }
});

test.each(['kube-proxy', 'a b.service', '-x.service', '../x.service', 'x.service;reboot', 'x.timer'])(
  'the unit %j is refused before anything is proposed',
  (unit) => {
    expect(() => hosts.restartService({ host: 'worker-3', unit })).toThrow(
      /unit: is not the name of a service/,
    );
  },
);

test.each(['64Mi', '0', '-1', '1.5G', '64 M', '', '$(reboot)'])('the limit %j is refused', (memoryMax) => {
  expect(() => hosts.setServiceLimit({ host: 'worker-3', unit: 'x.service', memoryMax })).toThrow(
    /memoryMax/,
  );
});

test.each(['-oProxyCommand=x', 'a b', 'a;b', '', "a'b", 'a\nb'])('the host %j is refused', (host) => {
  expect(() => hosts.restartService({ host, unit: 'x.service' })).toThrow(/host/);
});

test.each([
  '/etc/passwd',
  '/var/log/pods/a/b/../0.log',
  '/var/log/pods/a_b_c/d/x',
  '/var/log/pods/a b/c/0.log',
])('the log %j is refused', (path) => {
  expect(() => hosts.truncateLog({ host: 'worker-3', path, inode: 1, leastBytes: 1 })).toThrow(/path/);
});

test('a change says in words what it does and to what', () => {
  const raise = hosts.setServiceLimit({ host: 'worker-3', unit: 'kube-proxy.service', memoryMax: '64M' });
  expect(raise).toMatchObject({
    target: 'host/worker-3',
    risk: 'disruptive',
    summary: 'Set the memory limit of kube-proxy.service on worker-3 to 64M',
  });
});
