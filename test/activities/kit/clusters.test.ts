import { expect, test } from '@jest/globals';
import { splitTarget, targetOn } from '../../../activities/kit/index.ts';
import { hosts } from '../../../activities/hosts/contract.ts';
import { kubernetes } from '../../../activities/kubernetes/contract.ts';

test('every step of Kubernetes and of hosts takes a cluster, by a name that can be one', () => {
  for (const { contract } of [...Object.values(kubernetes), ...Object.values(hosts)]) {
    expect(contract.onCluster).toBe(true);
    const { issues } = contract.input.safeParse({ cluster: 'Not A Name' }).error!;
    expect(issues.find(({ path }) => path[0] === 'cluster')?.message).toMatch(/name of a cluster/);
  }
});

test('target and summary name the cluster only where the step does', () => {
  expect(kubernetes.cordonNode({ node: 'w1' })).toMatchObject({
    target: 'node/w1',
    summary: 'Cordon w1',
    input: { node: 'w1' },
  });
  expect(kubernetes.cordonNode({ node: 'w1', cluster: 'staging' })).toMatchObject({
    target: 'staging:node/w1',
    summary: 'Cordon w1 (cluster staging)',
  });
  const restart = hosts.restartService({ host: 'w1', unit: 'kube-proxy.service', cluster: 'staging' });
  expect(restart.target).toMatch(/^staging:/);
});

test('a step that knows no clusters takes none', () => {
  // @ts-expect-error a cluster is the name of one
  expect(() => kubernetes.cordonNode({ node: 'w1', cluster: 1 })).toThrow(/cluster/);
});

test('a target gives back its cluster; a colon in a name is none', () => {
  for (const target of ['node/w1', 'host/fe80::1', 'pod/a/b']) {
    expect(splitTarget(target)).toEqual({ target });
    expect(splitTarget(targetOn('staging', target))).toEqual({ cluster: 'staging', target });
  }
});
