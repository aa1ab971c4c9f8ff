import { expect, test } from '@jest/globals';
import { handedBack, ownersBefore } from '../../../../activities/kubernetes/changes/field-owners.ts';
import { ownerWords } from '../../../../activities/kubernetes/changes/owner-words.ts';

const image = { 'f:spec': { 'f:image': {} } };
const both = { 'f:spec': { 'f:image': {}, 'f:name': {} } };
const name = { 'f:spec': { 'f:name': {} } };
const entry = (manager: string, fieldsV1: object, more: object = {}) => ({
  manager,
  operation: 'Update',
  apiVersion: 'apps/v1',
  time: '2026-11-22T02:31:00Z',
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
});
const object = (...managedFields: object[]) => ({ metadata: { managedFields } }) as never;
const IMAGE = ['f:spec', 'f:image'];

test('whose fields a change takes: those of each owner that are gone afterwards', () => {
  const before = object(
    entry('flux', both, { operation: 'Apply' }),
    entry('hpa', image, { subresource: 'scale' }),
    entry('nightshift', image),
  );
  const after = object(entry('flux', name, { operation: 'Apply' }), entry('nightshift', image));
  expect(ownersBefore(before, after)).toEqual([
    {
      manager: 'flux',
      operation: 'Apply',
      apiVersion: 'apps/v1',
      time: '2026-11-22T02:31:00Z',
      fields: [IMAGE],
    },
    // Written by a subresource: it loses its fields as well, and writes them again.
    {
      manager: 'hpa',
      operation: 'Update',
      apiVersion: 'apps/v1',
      subresource: 'scale',
      time: '2026-11-22T02:31:00Z',
      fields: [IMAGE],
    },
  ]);
  expect(ownersBefore(before, before)).toEqual([]);
  expect(ownersBefore(object(entry('kubectl-create', image)), object())).toMatchObject([
    { manager: 'kubectl-create', fields: [IMAGE] },
  ]);
});

test('an entry that the API server folded into that of others lost only what nobody holds', () => {
  const before = object(entry('a', both), entry('b', { 'f:spec': { 'f:x': {} } }));
  const folded = object(
    entry('ancient-changes', { 'f:spec': { 'f:name': {}, 'f:x': {} } }),
    entry('nightshift', image),
  );
  expect(ownersBefore(before, folded)).toMatchObject([{ manager: 'a', fields: [IMAGE] }]);
});

test('handed back is what nightshift holds, to the entries of before; what else it holds stays its own', () => {
  const owners = ownersBefore(
    object(entry('flux', both, { operation: 'Apply' }), entry('kubectl-edit', { 'f:spec': { 'f:x': {} } })),
    object(entry('flux', name, { operation: 'Apply' })),
  );
  const now = object(
    entry('flux', name, { operation: 'Apply' }),
    entry('nightshift', { 'f:spec': { 'f:image': {}, 'f:replicas': {} } }),
    entry('nightshift', image, { operation: 'Apply' }),
  );
  expect(handedBack(now, owners)).toEqual([
    entry('nightshift', image, { operation: 'Apply' }),
    entry('flux', both, { operation: 'Apply' }),
    entry('nightshift', { 'f:spec': { 'f:replicas': {} } }),
  ]);
  expect(handedBack(object(entry('nightshift', image)), owners)).toEqual([
    entry('flux', image, { operation: 'Apply' }),
  ]);
  expect(handedBack(object(entry('flux', both, { operation: 'Apply' })), owners)).toBeUndefined();
});

test('what becomes of it, by who the owner is', () => {
  const by = (manager: string, operation: 'Apply' | 'Update' = 'Update') =>
    ownerWords({ manager, operation, apiVersion: 'apps/v1', time: '2026-11-22T02:31:00Z', fields: [IMAGE] });
  expect(by('argocd-controller', 'Apply')).toBe(
    'argocd-controller applies spec.image: its next apply writes its own value again, or is refused by a conflict with nightshift; make the same change there',
  );
  expect(by('kubectl-client-side-apply')).toMatch(
    /^spec\.image came from a manifest .*: applying that again/,
  );
  for (const hand of ['kubectl-edit', 'k9s', 'Mozilla'])
    expect(by(hand)).toBe(
      `spec.image was set by hand (${hand} at 2026-11-22T02:31:00Z): nobody sets it back by itself`,
    );
  for (const [manager, words] of [
    ['kubectl-set', 'kubectl set'],
    ['kubectl-create', 'kubectl create'],
    ['kubectl', 'kubectl'],
  ] as const)
    expect(by(manager)).toBe(
      `spec.image was written with ${words} at 2026-11-22T02:31:00Z: by hand, or by a pipeline that may write it again`,
    );
  const scaled = {
    manager: 'kube-controller-manager',
    subresource: 'scale',
    fields: [['f:spec', 'f:replicas']],
  };
  expect(ownerWords({ ...scaled, operation: 'Update', apiVersion: 'apps/v1', time: '' })).toBe(
    'kube-controller-manager scaled it (spec.replicas), as an autoscaler does, and may do so again',
  );
  expect(by('vpa-updater')).toBe(
    'vpa-updater wrote spec.image at 2026-11-22T02:31:00Z, and may write it again',
  );
  const many = ['a', 'b', 'c', 'd', 'e'].map((f) => [`f:${f}`]);
  expect(ownerWords({ manager: 'x', operation: 'Update', apiVersion: 'v1', time: '', fields: many })).toBe(
    'x wrote a, b, c, 2 more, and may write it again',
  );
});
