import { expect, test } from '@jest/globals';
import type { RawDeployment, RawReplicaSet } from '../../../../activities/kubernetes/client/raw.ts';
import {
  deploymentRevisions,
  presentReplicaSet,
  templateId,
} from '../../../../activities/kubernetes/workloads/revisions.ts';

const template = (image: string, labels: Record<string, string> = {}) => ({
  metadata: { labels: { app: 'api', ...labels } },
  spec: { containers: [{ name: 'app', image }] },
});
const set = (hash: string, revision: number, image: string, owner = 'd-1') =>
  ({
    metadata: {
      name: `api-${hash}`,
      uid: `rs-${hash}`,
      creationTimestamp: '2026-11-21T02:00:00Z',
      labels: { 'pod-template-hash': hash },
      annotations: {
        'deployment.kubernetes.io/revision': String(revision),
        'kubernetes.io/change-cause': `to ${image}`,
      },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api', uid: owner, controller: true },
      ],
    },
    spec: { replicas: 1, selector: {}, template: template(image, { 'pod-template-hash': hash }) },
  }) as RawReplicaSet;
const deployment = (image: string) =>
  ({
    metadata: { name: 'api', uid: 'd-1' },
    spec: { selector: {}, template: template(image) },
  }) as RawDeployment;

test('revisions are those that this Deployment controls, oldest first, also after a rollback', () => {
  const sets = [set('aaa', 3, 'api:1'), set('bbb', 2, 'api:2'), set('ccc', 9, 'api:9', 'd-before')];
  expect(deploymentRevisions(deployment('api:1'), sets)).toMatchObject([
    { revision: 2, templateHash: 'bbb', images: ['api:2'], current: false },
    { revision: 3, templateHash: 'aaa', images: ['api:1'], changeCause: 'to api:1', current: true },
  ]);
});

test('the present one is found by what the template says, not by the highest number', () => {
  const sets = [set('aaa', 1, 'api:1'), set('bbb', 2, 'api:2')];
  expect(presentReplicaSet(deployment('api:1'), sets)?.metadata?.uid).toBe('rs-aaa');
  expect(presentReplicaSet(deployment('api:3'), sets)).toBeUndefined();
});

test("a template's name does not depend on the controller's label or the order of fields", () => {
  const reordered = {
    spec: { containers: [{ image: 'api:1', name: 'app' }] },
    metadata: { labels: { app: 'api' } },
  };
  expect(templateId(template('api:1', { 'pod-template-hash': 'x' }))).toBe(templateId(reordered));
  expect(templateId(template('api:1'))).not.toBe(templateId(template('api:2')));
});
