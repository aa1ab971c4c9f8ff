import { expect, test } from '@jest/globals';
import { hosts } from '../../activities/hosts/contract.ts';
import { implementRead, type ImplementedStep } from '../../activities/kit/index.ts';
import { kubernetes } from '../../activities/kubernetes/contract.ts';
import type { Consumer } from '../../runbooks/analysis/disk-full.ts';
import { consumer, filesystem, journal } from './disk.ts';
import { nodeDescribed } from './node.ts';
import { onStage } from './on-stage.ts';
import { pod } from './pod.ts';
import { changing } from './stage.ts';

const MiB = 1024 * 1024;
const AT = '2026-11-21T02:47:00.000Z';

/** A node whose /var has 100 MiB. */
class Node {
  used = 95;
  consumers: Consumer[] = [consumer(30), journal(20)];
  inodesUsed = 0.01;
  pressure = true;
  helps = true;
  readonly effects: string[] = [];
  constructor(different: Partial<Node> = {}) {
    Object.assign(this, different);
  }

  free(mib: number) {
    if (!this.helps) return;
    this.used -= mib;
    this.pressure = false;
  }

  get steps(): ImplementedStep[] {
    const freed = (mib: number) => ({ hostTime: AT, freedBytes: mib * MiB });
    return [
      implementRead(hosts.diskUsage, async ({ host }) => ({
        host,
        hostKey: 'k',
        hostTime: AT,
        filesystems: [filesystem('/', 20), filesystem('/var', this.used, { inodesUsed: this.inodesUsed })],
        consumers: this.consumers,
        notMeasured: [],
      })),
      implementRead(kubernetes.describeNode, async ({ node }) =>
        nodeDescribed(node, { pressure: this.pressure ? ['DiskPressure'] : [] }),
      ),
      implementRead(kubernetes.nodeReady, async () => ({
        verdict: this.pressure ? 'fail' : 'pass',
        reason: this.pressure ? 'DiskPressure' : 'it is Ready',
      })),
      changing(hosts.truncateLog, {
        preconditions: { hostKey: 'k' },
        preimage: {},
        does: ({ path }) => {
          this.effects.push(`empty ${path}`);
          this.free(30);
          return freed(30);
        },
      }),
      changing(hosts.vacuumJournal, {
        preconditions: { hostKey: 'k' },
        preimage: {},
        does: ({ keepBytes }) => {
          this.effects.push(`keep ${keepBytes / MiB} MiB of journal`);
          this.free(15);
          return freed(15);
        },
      }),
    ];
  }
}

const nodes = {
  log: new Node(),
  journal: new Node({ used: 88, consumers: [journal(20)] }),
  fills: new Node({ helps: false }),
  claimed: new Node({
    consumers: [
      consumer(60, { kind: 'empty-dir', path: '/var/lib/kubelet/pods/uid/volumes/x' }),
      consumer(20, { kind: 'deleted-file', path: '/var/tmp/spool', process: { pid: 7, name: 'java' } }),
    ],
  }),
  inodes: new Node({ used: 30, inodesUsed: 0.99 }),
  pressed: new Node({ used: 30 }),
  calm: new Node({ used: 30, pressure: false }),
};
/** The logs are all of one pod, in a namespace and not on a node. */
const everywhere: ImplementedStep[] = [
  implementRead(kubernetes.listPods, async () => ({ pods: [{ ...pod('cart'), uid: 'uid' }] })),
  implementRead(kubernetes.podLogs, async () => ({
    container: 'app',
    available: true,
    linesRead: 1,
    expected: [],
    unexpected: [],
    lines: [{ text: 'DEBUG still nothing to do' }],
  })),
];

const engine = onStage(nodes, everywhere);

const start = (scene: keyof typeof nodes, more: object = {}) =>
  engine.start('disk-full-on-node', { node: `${scene}-1`, ...more });
const handedOver = (reason: RegExp) => ({
  outcome: 'handed-over',
  result: { reason: expect.stringMatching(reason) },
});

test('the log that fills it is emptied by two yeses, with what it said last, and the pressure goes', async () => {
  const run = await start('log');
  const question = await run.question();
  expect(question.title).toBe('Make 30 MiB of room in /var on log-1');
  expect(question.body).toMatch(
    /30 MiB are the log of app in shop\/cart.*wrote last: DEBUG still nothing to do/,
  );
  await run.decide(question, { answer: 'approve' });
  expect(nodes.log.effects).toEqual([]);
  await run.decide(question, { answer: 'approve', person: 'ben' });
  expect(await run.end()).toMatchObject({ outcome: 'completed', result: { mount: '/var', journal: false } });
  expect(nodes.log.effects).toEqual(['empty /var/log/pods/shop_cart_uid/app/30.log']);
});

test('where logs do not do the journal is shrunk, and the rest is named', async () => {
  const run = await start('journal');
  const question = await run.question();
  await run.decide(question, { answer: 'approve' });
  await run.decide(question, { answer: 'approve', person: 'ben' });
  expect(await run.end()).toMatchObject({ outcome: 'completed', result: { emptied: [], journal: true } });
  expect(nodes.journal.effects).toEqual(['keep 5 MiB of journal']);
});

test('it fills as fast as it is emptied: handed over', async () => {
  const run = await start('fills', { withinSeconds: 1 });
  const question = await run.question();
  await run.decide(question, { answer: 'approve' });
  await run.decide(question, { answer: 'approve', person: 'ben' });
  for (const what of [/has room/, /without pressure/]) {
    const hold = await run.question((q) => q.kind === 'hold' && what.test(q.title));
    await run.decide(hold, { answer: 'skip' });
  }
  expect(await run.end()).toMatchObject(handedOver(/not well yet: \/var: 95 %.*fills again as fast/));
});

test.each<[keyof typeof nodes, RegExp]>([
  ['claimed', /no container log or journal takes room there.*emptyDir.*java \(pid 7\) is restarted/],
  ['inodes', /out of inodes, not of room/],
  ['pressed', /No filesystem .* fuller than 85 %.*DiskPressure all the same/],
])('%s: handed over, and nothing is emptied', async (scene, reason) => {
  expect(await (await start(scene)).end()).toMatchObject(handedOver(reason));
  expect(nodes[scene].effects).toEqual([]);
});

test('nothing is full: over', async () => {
  expect(await (await start('calm')).end()).toMatchObject({ outcome: 'completed', result: { over: true } });
});
