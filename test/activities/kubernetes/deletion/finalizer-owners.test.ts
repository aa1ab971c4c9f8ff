import { expect, test } from '@jest/globals';
import { ownerOf } from '../../../../activities/kubernetes/deletion/finalizer-owners.ts';

const owner = (
  name: string,
  more: { image?: string; args?: string[]; setBy?: string | null; finalizer?: string } = {},
) =>
  ownerOf({
    kind: 'Deployment',
    item: {
      metadata: { name, namespace: 'addons' },
      spec: {
        replicas: 2,
        selector: {},
        template: {
          spec: { containers: [{ name: 'main', image: more.image ?? 'busybox:1', args: more.args ?? [] }] },
        },
      },
      status: { readyReplicas: 1 },
    },
    finalizer: more.finalizer ?? 'preview.example.com/branch-cleanup',
    setBy: more.setBy ?? null,
  })?.because;

test.each<[string, string | undefined, RegExp | undefined]>([
  ['the field manager bears its name', owner('cleaner', { setBy: 'cleaner' }), /set by "cleaner"/],
  [
    'or that of its image',
    owner('x', { setBy: 'manager', image: 'registry/tools/manager:v2' }),
    /set by "manager"/,
  ],
  [
    'its pods are told of the domain',
    owner('x', { args: ['--group=preview.example.com'] }),
    /told of preview\.example\.com/,
  ],
  ['it is named after the domain', owner('preview-controller'), /named after preview/],
  ['nothing ties it', owner('payments', { setBy: 'kubectl-edit' }), undefined],
  ['a name that only contains the word', owner('previews'), undefined],
])('%s', (_, because, expected) => {
  if (expected) expect(because).toMatch(expected);
  else expect(because).toBeUndefined();
});

test('nobody is tied to a finalizer by being told of kubernetes.io, only by having set it', () => {
  const finalizer = 'kubernetes.io/pvc-protection';
  expect(owner('coredns', { finalizer, args: ['kubernetes.io/os=linux'] })).toBeUndefined();
  expect(owner('kubernetes-dashboard', { finalizer })).toBeUndefined();
  expect(owner('manager', { finalizer, setBy: 'manager' })).toMatch(/set by "manager"/);
});
