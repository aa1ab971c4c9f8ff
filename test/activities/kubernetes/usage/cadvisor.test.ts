import { expect, test } from '@jest/globals';
import { between, countedOf } from '../../../../activities/kubernetes/usage/cadvisor.ts';

const PAGE = `# TYPE container_cpu_cfs_periods_total counter
container_cpu_cfs_periods_total{container="app",id="/x",image="i",name="n",namespace="shop",pod="api-1"} 100 1763764000000
container_cpu_cfs_throttled_periods_total{container="app",id="/x",image="i",name="n",namespace="shop",pod="api-1"} 40 1763764000000
container_cpu_cfs_throttled_seconds_total{container="app",id="/x",image="i",name="n",namespace="shop",pod="api-1"} 2.5 1763764000000
container_cpu_cfs_periods_total{container="",id="/pod",image="",name="",namespace="shop",pod="api-1"} 7 1763764000000
`;

test('counts by container; the pod’s own cgroup is none', () => {
  expect([...countedOf(PAGE)]).toEqual([
    ['shop/api-1/app', { periods: 100, throttled: 40, throttledSeconds: 2.5 }],
  ]);
});

test('between two looks, and from its start for a container that started anew', () => {
  const before = { periods: 60, throttled: 10, throttledSeconds: 1 };
  const after = { periods: 100, throttled: 40, throttledSeconds: 2.5 };
  expect(between(before, after)).toEqual({ periods: 40, throttled: 30, throttledSeconds: 1.5 });
  expect(between({ ...before, periods: 101 }, after)).toEqual(after);
  expect(between(undefined, after)).toEqual(after);
});
