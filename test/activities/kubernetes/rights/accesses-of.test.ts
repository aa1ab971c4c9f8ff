import { expect, test } from '@jest/globals';
import type { AnyContract } from '../../../../activities/kit/index.ts';
import { kubernetes } from '../../../../activities/kubernetes/contract.ts';
import { accessesOf } from '../../../../activities/kubernetes/rights/accesses-of.ts';

/** `delete pods/eviction @namespace =name` */
function needed(step: keyof typeof kubernetes, given: object): string[] {
  const contract = kubernetes[step].contract as unknown as AnyContract;
  const input: unknown = contract.input.parse(given);
  const target = contract.effect === 'change' ? contract.target(input) : undefined;
  return accessesOf({ rights: contract.rights ?? [], input, ...(target && { target }) }, 'probes').map(
    ({ verb, group, resource, namespace, name, without }) =>
      [
        verb,
        group ? `${resource}.${group}` : resource,
        namespace && `@${namespace}`,
        name && `=${name}`,
        without && '?',
      ]
        .filter(Boolean)
        .join(' '),
  );
}

test('what acts on one object asks for that one, so that a rule may name it', () => {
  expect(needed('deletePod', { pod: { namespace: 'shop', name: 'web-1' } })).toEqual([
    'get pods @shop =web-1',
    'delete pods @shop =web-1',
    'list nodes',
    'list poddisruptionbudgets.policy @shop ?',
    'list pods ?',
  ]);
  expect(needed('evictPod', { pod: { namespace: 'shop', name: 'web-1' } }).slice(0, 2)).toEqual([
    'get pods @shop =web-1',
    'create pods/eviction @shop =web-1',
  ]);
  expect(needed('execInPod', { pod: { namespace: 'shop', name: 'web-1' }, argv: ['id'] })).toEqual([
    'get pods @shop =web-1',
    'get pods/exec @shop =web-1',
    'create pods/exec @shop =web-1',
  ]);
});

test('only the rights of the kind that the input says, by its default where it says none', () => {
  expect(needed('rolloutRestart', { namespace: 'shop', name: 'web' })).toEqual([
    'get deployments.apps @shop =web',
    'patch deployments.apps @shop =web',
  ]);
  expect(needed('rolloutRestart', { namespace: 'shop', kind: 'DaemonSet', name: 'agent' })).toEqual([
    'get daemonsets.apps @shop =agent',
    'patch daemonsets.apps @shop =agent',
  ]);
});

test('namespaces of the input, all of them where it names none, and the one where probe pods live', () => {
  expect(needed('listEvents', { namespace: 'shop' })).toEqual(['list events @shop']);
  expect(needed('listEvents', {})).toEqual(['list events']);
  expect(needed('whatChanged', { namespaces: ['a', 'b'] })).toEqual(
    expect.arrayContaining(['list pods @a', 'list pods @b', 'list nodes', 'list events @default']),
  );
  expect(needed('probeFromNode', { node: 'w1', connect: { host: 'h', port: 1 } })).toContain(
    'create pods @probes',
  );
});

test('an object of any kind; what a step comes upon by itself is not asked for', () => {
  const object = { group: 'example.com', resource: 'widgets', namespace: 'shop', name: 'w', uid: 'u' };
  expect(needed('removeFinalizer', { object, finalizer: 'example.com/x' })).toEqual([
    'get widgets.example.com @shop =w',
    'patch widgets.example.com @shop =w',
  ]);
  expect(needed('drainNode', { node: 'w1' }).join()).not.toMatch(/eviction/);
});
