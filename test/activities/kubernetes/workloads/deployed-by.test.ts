import { expect, test } from '@jest/globals';
import { deployedBy, mayBeReverted } from '../../../../activities/kubernetes/workloads/deployed-by.ts';

test('the tool that keeps an object is known by its label, its annotation or the fields that it wrote', () => {
  const rows: [object, string[]][] = [
    [{ annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/api' } }, ['Argo CD']],
    [{ managedFields: [{ manager: 'argocd-controller' }, { manager: 'kubectl' }] }, ['Argo CD']],
    [{ labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } }, ['Flux']],
    [{ managedFields: [{ manager: 'kustomize-controller' }] }, ['Flux']],
    [
      {
        labels: { 'app.kubernetes.io/managed-by': 'Helm', 'helm.toolkit.fluxcd.io/name': 'shop' },
      },
      ['Flux', 'Helm'],
    ],
    [{ annotations: { 'configmanagement.gke.io/managed': 'enabled' } }, ['Config Sync']],
    [{ annotations: { 'objectset.rio.cattle.io/id': 'x' } }, ['Fleet']],
    [{ labels: { 'kapp.k14s.io/app': '1' } }, ['kapp']],
    [{ labels: { 'app.kubernetes.io/managed-by': 'hands', 'app.kubernetes.io/instance': 'shop' } }, []],
  ];
  for (const [metadata, tools] of rows)
    expect([metadata, deployedBy({ metadata })]).toEqual([metadata, tools]);
  expect(mayBeReverted({ metadata: rows[0]![0] })).toEqual([
    'Argo CD manages it and may write its own version again: make the same change there',
  ]);
});

test('where its fields are taken, the tool that applies them is named once, by its manager', () => {
  let operation = 'Apply';
  const entry = (fields: object) => ({
    manager: 'argocd-controller',
    operation,
    apiVersion: 'apps/v1',
    fieldsV1: { 'f:spec': fields },
  });
  const kept = (fields: object) => ({
    metadata: { annotations: { 'argocd.argoproj.io/tracking-id': 'x' }, managedFields: [entry(fields)] },
  });
  const before = kept({ 'f:image': {}, 'f:name': {} }) as never;
  expect(mayBeReverted(before, kept({ 'f:name': {} }) as never)).toEqual([
    expect.stringMatching(/^argocd-controller applies spec\.image: /),
  ]);
  // As Argo CD writes unless it is told to apply: it keeps the object all the same.
  operation = 'Update';
  const updated = kept({ 'f:image': {}, 'f:name': {} }) as never;
  expect(mayBeReverted(updated, kept({ 'f:name': {} }) as never)).toEqual([
    'argocd-controller wrote spec.image, and may write it again',
    'Argo CD manages it and may write its own version again: make the same change there',
  ]);
  expect(mayBeReverted(before, before)).toEqual([expect.stringMatching(/^Argo CD manages it/)]);
});
