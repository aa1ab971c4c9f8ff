import { afterAll, expect, test } from '@jest/globals';
import { mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { implementRead, type ImplementedStep } from '../../activities/kit/index.ts';
import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { createTicketSteps } from '../../activities/tickets/steps.ts';
import { onStage } from './on-stage.ts';
import { rollout } from './rollout.ts';
import { pod } from './pod.ts';
import { changing } from './stage.ts';

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000 + 3_600_000).toISOString();
const certificate = (days: number) => ({
  subject: 'CN=shop',
  issuer: 'CN=ca',
  names: ['shop.example'],
  notBefore: inDays(-60),
  notAfter: inDays(days),
  fingerprint: `of ${days} days`,
});

/** Two pods that serve a certificate of 3 days, and a Secret with another. */
class Shop {
  pods: Pod[] = [pod('a'), pod('b')];
  serves = 3;
  stored = 90;
  unapproved: string[] = [];
  helps = true;
  readonly effects: string[] = [];

  get steps(): ImplementedStep[] {
    return [
      implementRead(kubernetes.listPods, async () => ({ pods: this.pods })),
      implementRead(kubernetes.servedCertificates, async ({ node }) => ({
        served: (node ? [null] : this.pods).map((p) => ({
          address: `${p?.name ?? node}:8443`,
          pod: p && { name: p.name, uid: p.uid },
          certificate: certificate(this.serves),
        })),
        unapproved: this.unapproved.map((name) => ({ name, created: inDays(-2) })),
      })),
      implementRead(kubernetes.configurationOf, async () => ({
        found: true,
        references: [
          { container: null, as: 'volume tls', kind: 'Secret', name: 'shop-tls', key: null, optional: false },
        ],
        sources: [],
      })),
      implementRead(kubernetes.storedCertificate, async () => ({
        state: 'there',
        certificate: certificate(this.stored),
        writtenAt: inDays(-1),
        renewal: null,
      })),
      implementRead(kubernetes.rolloutStatus, async () => rollout(true)),
      changing(kubernetes.rolloutRestart, {
        preconditions: { uid: 'd', template: 't', written: 'w', paused: false },
        preimage: { uid: 'd' },
        does: ({ kind, name }) => {
          this.effects.push(`restart ${kind} ${name}`);
          if (this.helps) this.serves = this.stored;
          return { workload: { kind, name, uid: 'd' }, generation: 2, template: 'w' };
        },
      }),
    ];
  }
}

const shops = {
  stale: new Shop(),
  old: Object.assign(new Shop(), { stored: 3 }),
  fine: Object.assign(new Shop(), { serves: 60 }),
  two: Object.assign(new Shop(), {
    pods: [pod('a'), { ...pod('b'), workload: { kind: 'Deployment', name: 'cart', uid: 'c' } }],
  }),
  stuck: Object.assign(new Shop(), { helps: false }),
  kubelet: Object.assign(new Shop(), { unapproved: ['csr-abc'] }),
};
const folder = mkdtempSync(join(tmpdir(), 'tickets-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const engine = onStage(shops, createTicketSteps({ folder }));
const start = (namespace: keyof typeof shops) =>
  engine.start('certificate-about-to-expire', { namespace, service: 'shop', withinSeconds: 1 });

test('the new one lies in the Secret that the pods mount: they are restarted once, and serve it', async () => {
  const run = await start('stale');
  const question = await run.question();
  expect(question.title).toBe('Restart shop so that it serves the certificate of shop-tls');
  expect(question.body).toMatch(/ends in 3 days.*The stored one ends in 90 days.*2 pods are replaced/s);
  await run.decide(question, { answer: 'approve' });
  expect(await run.end()).toMatchObject({ outcome: 'completed', result: { restarted: 'shop' } });
  expect(shops.stale.effects).toEqual(['restart Deployment shop']);
});

test.each<[string, keyof typeof shops, RegExp]>([
  ['nobody renewed it', 'old', /nothing is known to renew it/],
  ['two workloads serve it', 'two', /served by 2 workloads/],
])('%s: a ticket with the days left, and nothing is touched', async (_, namespace, reason) => {
  const { outcome, result } = await (await start(namespace)).end();
  expect({ outcome, result }).toMatchObject({
    outcome: 'handed-over',
    result: { reason: expect.stringMatching(reason), daysLeft: 3 },
  });
  expect(shops[namespace].effects).toEqual([]);
  const ticket = await readFile(join(folder, (result as { ticket: string }).ticket), 'utf8');
  expect(ticket).toMatch(new RegExp(`The certificate of Service ${namespace}/shop ends in 3 days`));
  expect(ticket).toMatch(/What has to be done/);
});

test('enough days are left: over', async () => {
  expect(await (await start('fine')).end()).toMatchObject({
    outcome: 'completed',
    result: { over: true, daysLeft: 60 },
  });
});

test('a kubelet whose request nobody approved: named in the ticket, with the command', async () => {
  const run = await engine.start('certificate-about-to-expire', { node: 'kubelet-w1', withinSeconds: 1 });
  expect(await run.end()).toMatchObject({
    outcome: 'handed-over',
    result: { next: [expect.stringMatching(/kubectl certificate approve csr-abc$/), expect.any(String)] },
  });
});

test('restarted, and still the old one: handed over', async () => {
  const run = await start('stuck');
  await run.decide(await run.question(), { answer: 'approve' });
  await run.decide(await run.question((q) => q.kind === 'hold'), { answer: 'skip' });
  expect(await run.end()).toMatchObject({
    outcome: 'handed-over',
    result: { reason: expect.stringMatching(/still not what all of its pods serve/) },
  });
});
