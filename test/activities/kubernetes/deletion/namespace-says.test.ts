import { expect, test } from '@jest/globals';
import { namespaceSays, remainingKinds } from '../../../../activities/kubernetes/deletion/namespace-says.ts';

test('the kinds that remain, of the core API and of others', () => {
  expect(
    remainingKinds(
      'Some resources are remaining: configmaps. has 1 resource instances, widgets.example.com has 12 resource instances',
    ),
  ).toEqual([
    { resource: 'configmaps', group: '', count: 1 },
    { resource: 'widgets', group: 'example.com', count: 12 },
  ]);
  expect(remainingKinds('All content successfully removed')).toEqual([]);
});

test('only what is True is said', () => {
  const condition = (type: string, status: string, message: string) => ({ type, status, message });
  expect(
    namespaceSays({
      status: {
        conditions: [
          condition('NamespaceDeletionDiscoveryFailure', 'True', 'Discovery failed for some groups'),
          condition('NamespaceDeletionContentFailure', 'False', 'All content successfully deleted'),
          condition('NamespaceContentRemaining', 'False', 'pods. has 1 resource instances'),
        ],
      },
    }),
  ).toEqual({
    says: [{ type: 'NamespaceDeletionDiscoveryFailure', message: 'Discovery failed for some groups' }],
    discoveryFails: true,
    remaining: [],
  });
});
