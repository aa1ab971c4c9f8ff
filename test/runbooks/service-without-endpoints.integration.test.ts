import { expect, test } from '@jest/globals';
import { implementRead, type ImplementedStep } from '../../activities/kit/index.ts';
import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { handsOver } from './hands-over.ts';
import { onStage } from './on-stage.ts';
import { pod } from './pod.ts';
import { changing } from './stage.ts';

const V1 = { app: 'shop', version: '1' };

/** A Service whose selector names version 1, and a Deployment that is at version 2. */
class Shop {
  selector: Record<string, string> = V1;
  pods: Pod[] = [pod('a', { revision: 2 }), pod('b', { revision: 2 })];
  helps = true;
  exists = true;
  readonly effects: string[] = [];

  get leads(): boolean {
    return this.selector['version'] === '2' && this.helps;
  }

  get steps(): ImplementedStep[] {
    const ports = () => [
      {
        name: 'http',
        protocol: 'TCP' as const,
        port: 80,
        targetPort: 'http',
        readyEndpoints: this.leads ? this.pods.filter((p) => p.ready).length : 0,
      },
    ];
    const labels = (version: string) => ({
      labels: { app: 'shop', version },
      ports: [{ container: 'main', name: 'http', port: 8080, protocol: 'TCP' }],
      selected: this.selector['version'] === version,
    });
    return [
      implementRead(kubernetes.serviceBackends, async () => ({
        service: this.exists
          ? {
              uid: 'svc',
              type: 'ClusterIP',
              selector: this.selector,
              ports: ports(),
              applied: null,
              lastEdit: null,
            }
          : null,
        workloads: [
          {
            kind: 'Deployment',
            name: 'shop',
            uid: 'd',
            replicas: 2,
            ...labels('2'),
            before: { ...labels('1'), revision: 1, until: '2026-11-21T02:40:00Z' },
          },
        ],
      })),
      implementRead(kubernetes.listPods, async ({ selector }) => ({
        pods: selector === undefined || this.selector['version'] === '2' ? this.pods : [],
      })),
      implementRead(kubernetes.listEvents, async () => ({
        events: this.pods.map(({ name, uid }) => ({
          at: '2026-11-21T02:46:00Z',
          first: '2026-11-21T02:40:00Z',
          type: 'Warning',
          reason: 'Unhealthy',
          object: { kind: 'Pod', name, uid },
          message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
          count: 12,
          source: 'kubelet',
        })),
      })),
      implementRead(kubernetes.endpointsOf, async ({ namespace, service }) => ({
        service: {
          namespace,
          name: service,
          uid: 'svc',
          created: '2026-11-01T00:00:00Z',
          type: 'ClusterIP',
          clusterIPs: ['10.96.0.9'],
          ports: ports(),
        },
        selector: null,
        ready: 0,
        endpoints: [],
        mismatches: this.leads ? [] : ['port http/TCP has no ready endpoint'],
      })),
      changing(kubernetes.setServiceTarget, {
        preconditions: { uid: 'svc', selector: V1, targetPorts: {} },
        preimage: {
          uid: 'svc',
          before: { selector: V1, targetPorts: {} },
          written: { selector: V1, targetPorts: {} },
        },
        does: ({ service, selector }) => {
          this.effects.push(`${service} selects ${JSON.stringify(selector)}`);
          this.selector = { ...V1, ...(selector as Record<string, string>) };
          return { uid: 'svc', selector: this.selector, targetPorts: {} };
        },
      }),
    ];
  }
}

const shops = {
  good: new Shop(),
  refused: new Shop(),
  over: Object.assign(new Shop(), { selector: { app: 'shop', version: '2' } }),
  unready: Object.assign(new Shop(), {
    selector: { app: 'shop', version: '2' },
    pods: [pod('a', { condition: 'starting' })],
  }),
  both: Object.assign(new Shop(), { pods: [pod('a', { condition: 'sick' })] }),
  gone: Object.assign(new Shop(), { exists: false }),
  stuck: Object.assign(new Shop(), { helps: false }),
};
const engine = onStage(shops);
const start = (namespace: keyof typeof shops) =>
  engine.start('service-without-endpoints', { namespace, service: 'shop', withinSeconds: 1 });

test('the release changed a label: the selector follows it, once, and the endpoints are there', async () => {
  const run = await start('good');
  const question = await run.question();
  expect(question.title).toBe('Lead Service shop to Deployment shop again');
  expect(question.body).toMatch(/version=2 instead of 1.*2 of 2 pods of shop are ready to serve/s);
  await run.decide(question, { answer: 'approve' });
  expect(await run.end()).toEqual({ outcome: 'completed', result: { service: 'shop', leadsTo: 'shop' } });
  expect(shops.good.effects).toEqual(['shop selects {"version":"2"}']);
});

test('a no changes nothing', async () => {
  const run = await start('refused');
  await run.decide(await run.question(), { answer: 'reject' });
  expect((await run.end()).outcome).toBe('rejected');
  expect(shops.refused.effects).toEqual([]);
});

test('ready endpoints are there again: over', async () => {
  expect(await (await start('over')).end()).toMatchObject({ outcome: 'completed', result: { over: true } });
});

handsOver({ start, scenes: shops }, [
  [
    'the pods are not ready',
    'unready',
    /the Service is right, its pods are not/,
    { said: ['a: Unhealthy, Readiness probe failed: HTTP probe failed with statuscode: 503 (12 times)'] },
  ],
  ['the pods of the right workload are not ready either', 'both', /the Service alone would not help/, {}],
  ['there is no such Service', 'gone', /no Service gone\/shop: was it deleted/, {}],
]);

test('put right, and still no endpoints: handed over with what does not fit', async () => {
  const run = await start('stuck');
  await run.decide(await run.question(), { answer: 'approve' });
  await run.decide(await run.question((q) => q.kind === 'hold'), { answer: 'skip' });
  expect(await run.end()).toMatchObject({
    outcome: 'handed-over',
    result: { mismatches: ['port http/TCP has no ready endpoint'] },
  });
});
