import { expect, test } from '@jest/globals';
import type { Backend } from '../../../activities/kubernetes/contract.ts';
import { judgeBacking, type SeenService } from '../../../runbooks/analysis/service-backends.ts';
import { pod } from '../pod.ts';

type Labels = Record<string, string>;

const http = (name: string, port = 8080) => [{ container: 'app', name, port, protocol: 'TCP' }];

function service(
  selector: Labels | null,
  {
    targetPort = 'http',
    ready = 0,
    ...more
  }: Partial<SeenService> & { targetPort?: string; ready?: number } = {},
): SeenService {
  return {
    uid: 'svc',
    type: 'ClusterIP',
    selector,
    ports: [{ name: '', protocol: 'TCP', port: 80, targetPort, readyEndpoints: ready }],
    applied: null,
    lastEdit: null,
    ...more,
  };
}

function workload(
  name: string,
  labels: Labels,
  { selected = false, replicas = 2, ports = http('http'), before = null }: Partial<Backend> = {},
): Backend {
  return { kind: 'Deployment', name, uid: name, replicas, labels, ports, selected, before };
}

const before = (labels: Labels, { selected = true, ports = http('http') } = {}) => ({
  labels,
  ports,
  revision: 1,
  until: '2026-11-21T02:40:00Z',
  selected,
});
const V1 = { app: 'shop', version: '1' };
const V2 = { app: 'shop', version: '2' };
const relabelled = workload('shop', V2, { before: before(V1) });

test('a release changed a label: the selector follows it, in that label alone', () => {
  expect(judgeBacking({ service: service(V1), workloads: [relabelled], pods: [] })).toMatchObject({
    fault: 'selector',
    selector: { version: '2' },
    targetPorts: {},
    because: expect.stringMatching(/until 2026-11-21T02:40:00Z.* version=2 instead of 1\..*roll-back/),
  });
});

test('a release dropped a label: it is taken out of the selector, unless others would then fit too', () => {
  const dropped = workload('shop', { app: 'shop' }, { before: before(V1) });
  expect(judgeBacking({ service: service(V1), workloads: [dropped], pods: [] })).toMatchObject({
    fault: 'selector',
    selector: { version: null },
  });
  const other = workload('shop-jobs', { app: 'shop', tier: 'jobs' });
  expect(judgeBacking({ service: service(V1), workloads: [dropped, other], pods: [] })).toMatchObject({
    fault: 'undecided',
    because: expect.stringMatching(/would fit shop-jobs as well/),
  });
});

test('the selector was edited: what was applied last comes back, and who edited is named', () => {
  const edited = service(
    { app: 'shpo' },
    {
      applied: { selector: { app: 'shop' }, targetPorts: { '80/TCP': 'http' } },
      lastEdit: { by: 'kubectl-edit', at: '2026-11-21T02:41:00Z' },
    },
  );
  expect(judgeBacking({ service: edited, workloads: [workload('shop', V1)], pods: [] })).toMatchObject({
    fault: 'selector',
    selector: { app: 'shop' },
    because: expect.stringMatching(/edited last by kubectl-edit.*applied last selects app=shop/),
  });
});

test.each<[string, Backend[], RegExp]>([
  ['a near miss without a history', [workload('shop', V2)], /comes closest.*nothing says that it is the one/],
  ['two that were relabelled', [relabelled, { ...relabelled, name: 'shop-b' }], /shop and shop-b had them/],
  [
    'nobody near',
    [workload('cart', { app: 'cart' })],
    /No workload and no pod has the labels app=shop,version=1\.$/,
  ],
])('%s is no evidence', (_, workloads, because) => {
  expect(judgeBacking({ service: service(V1), workloads, pods: [] })).toEqual({
    fault: 'undecided',
    because: expect.stringMatching(because),
  });
});

const chosen = (over: Partial<Backend> = {}) => workload('shop', V1, { selected: true, ...over });

test.each<[string, Parameters<typeof judgeBacking>[0], string, RegExp]>([
  [
    'all is well',
    { service: service(V1, { ready: 2 }), workloads: [chosen()], pods: [] },
    'none',
    /ready endpoints/,
  ],
  ['no selector', { service: service(null), workloads: [], pods: [] }, 'by-hand', /not made from a selector/],
  [
    'an external name',
    { service: service(V1, { type: 'ExternalName' }), workloads: [], pods: [] },
    'by-hand',
    /not made/,
  ],
  [
    'scaled to zero',
    { service: service(V1), workloads: [chosen({ replicas: 0 })], pods: [] },
    'scaled-to-zero',
    /Deployment shop, which is scaled to 0/,
  ],
  [
    'no pod was made',
    { service: service(V1), workloads: [chosen()], pods: [] },
    'no-pods',
    /has no pod that lives/,
  ],
  [
    'only pods that end',
    { service: service(V1), workloads: [chosen()], pods: [pod('a', { condition: 'terminating' })] },
    'no-pods',
    /no pod/,
  ],
  [
    'none is ready',
    { service: service(V1), workloads: [chosen()], pods: [pod('a', { condition: 'sick' })] },
    'not-ready',
    /selects 1 pods, and none of them is ready/,
  ],
  [
    'bare pods that are not ready',
    { service: service(V1), workloads: [], pods: [pod('a', { condition: 'starting' })] },
    'not-ready',
    /none of them is ready/,
  ],
])('%s', (_, seen, fault, because) => {
  expect(judgeBacking(seen)).toEqual({ fault, because: expect.stringMatching(because) });
});

const READY = [pod('a')];

test('a release renamed the port: the same number under its new name', () => {
  const renamed = chosen({ ports: http('web'), before: before(V1) });
  expect(judgeBacking({ service: service(V1), workloads: [renamed], pods: READY })).toMatchObject({
    fault: 'target-port',
    selector: {},
    targetPorts: { '80/TCP': 'web' },
    because: expect.stringMatching(
      /no container has a port named http: shop declares web 8080\/TCP\. Until .* http was port 8080, which is named web now/,
    ),
  });
});

test('the target port was edited: what was applied last, if a container has it', () => {
  const applied = { selector: V1, targetPorts: { '80/TCP': 'http' } };
  const edited = service(V1, { targetPort: 'htpt', applied });
  expect(judgeBacking({ service: edited, workloads: [chosen()], pods: READY })).toMatchObject({
    fault: 'target-port',
    targetPorts: { '80/TCP': 'http' },
  });
  expect(
    judgeBacking({ service: edited, workloads: [chosen({ ports: http('web') })], pods: READY }),
  ).toMatchObject({ fault: 'undecided' });
});

test.each<[string, Backend[], RegExp]>([
  [
    'another number and another name',
    [chosen({ ports: http('web', 9090), before: before(V1) })],
    /Nothing says which/,
  ],
  ['no port at all', [chosen({ ports: [] })], /shop declares no port/],
  ['the port is there', [chosen()], /endpoint slice controller/],
  [
    'two workloads',
    [chosen(), { ...chosen(), name: 'shop-b' }],
    /2 workloads|Deployment shop, Deployment shop-b/,
  ],
])('ready pods without endpoints, and %s: not decided', (_, workloads, because) => {
  expect(judgeBacking({ service: service(V1), workloads, pods: READY })).toEqual({
    fault: 'undecided',
    because: expect.stringMatching(because),
  });
});
