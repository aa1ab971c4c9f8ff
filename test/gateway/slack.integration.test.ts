/** A question in Slack: its thread, its buttons, and clicks that are answers of the people whom the configuration names. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { ApiClient } from '../../gateway/api-client.ts';
import { questionHash, type Question } from '../../workflows/messages.ts';
import { until } from '../setup/until.ts';
import { createHouse, type House, type Process } from './house.ts';
import { questionFor } from './question.ts';
import { startReceiver, type Receiver, type Received } from './telling/receiver.ts';

const SIGNING = 'slack-signing-secret';
const CHANNEL = 'C024BE91L';
/** Of another app, which is told nothing here. */
const OTHER = { signing: 'signing-secret-of-another-app', channel: 'C0OTHER01' };

interface Posted {
  readonly ts: string;
  text: string;
  thread_ts?: string | undefined;
  blocks: { type: string; text?: { text: string }; elements?: Button[] }[];
  readonly metadata: unknown;
}
interface Button {
  readonly action_id: string;
  readonly value?: string;
  readonly url?: string;
}

/** What Slack keeps of a channel, by the methods that nightshift calls. */
class SlackWorld {
  readonly messages: Posted[] = [];
  readonly said: { user: string; text: string }[] = [];

  answer({ path, body }: Received): unknown {
    if (path === '/chat.postMessage') {
      const ts = `1700.${String(this.messages.length).padStart(4, '0')}`;
      this.messages.push({ blocks: [], ...body, ts } as unknown as Posted);
      return { ok: true, ts };
    }
    if (path === '/conversations.replies')
      return {
        ok: true,
        messages: this.messages.filter((m) => [m.ts, m.thread_ts].includes(String(body['ts']))),
      };
    if (path === '/chat.update') {
      const changed = this.messages.find((m) => m.ts === body['ts']);
      if (!changed) return { ok: false, error: 'message_not_found' };
      Object.assign(changed, body);
      return { ok: true };
    }
    if (path === '/chat.postEphemeral') {
      this.said.push(body as { user: string; text: string });
      return { ok: true };
    }
    return { ok: false, error: 'unknown_method' };
  }
}

let house: House;
let gateways: Process[];
let api: Receiver;
let slack: SlackWorld;
let ana: ApiClient;
let workflowId: string;
beforeAll(async () => {
  [house, api] = await Promise.all([createHouse(), startReceiver()]);
  const person = (name: string, roles: string[], id?: string) => ({ name, roles, ...(id && { slack: id }) });
  const config = {
    people: {
      ana: person('Ana', ['payments-oncall'], 'U0ANA0001'),
      bo: person('Bo', ['payments-oncall'], 'U0BO00001'),
      cy: person('Cy', [], 'U0CY00001'),
    },
    telling: {
      channels: {
        chat: {
          slack: {
            ...{ token: { literal: 'xoxb-1' }, channel: CHANNEL, api: api.url, approvesUpTo: 'reversible' },
            ...{ signingSecret: { literal: SIGNING }, link: 'https://nightshift.example.com/runs/{run}' },
          },
        },
        other: {
          slack: {
            ...{ token: { literal: 'xoxb-2' }, channel: OTHER.channel, api: api.url },
            ...{ signingSecret: { literal: OTHER.signing }, approvesUpTo: 'disruptive' },
          },
        },
        // Whose secret nobody has set: it costs the others nothing.
        unset: {
          slack: {
            ...{ token: { literal: 'xoxb-3' }, channel: 'C0UNSET01', api: api.url },
            signingSecret: { env: 'TEST_NOWHERE' },
          },
        },
      },
      routes: [{ to: ['chat'] }],
      perMinute: 600,
    },
  };
  gateways = await Promise.all([house.startGateway(config), house.startGateway(config)]);
  await house.startWorker();
  ana = await house.client(gateways[0]!, 'ana');
});
afterAll(async () => {
  await house.close();
  await api.close();
});
beforeEach(async () => {
  slack = new SlackWorld();
  api.reply = (request) => ({ body: slack.answer(request) });
  ({ workflowId } = await ana.startRun({
    runbook: 'by-hand',
    input: { service: `s-${crypto.randomUUID()}` },
  }));
  await until(async () => (await house.ledger.run(workflowId))?.status === 'started');
});

const uncordon = {
  ...{ step: 'kubernetes.uncordonNode', version: 1, input: {}, target: 'node/n1', summary: 'Uncordon n1' },
  ...{
    risk: 'reversible' as const,
    preconditions: {},
    preimage: {},
    dryRun: 'server' as const,
    warnings: [],
  },
  diff: [{ path: 'spec.unschedulable', before: true, after: null }],
};
const reversible = (): NonNullable<Question['plan']> => ({
  ...questionFor({}).plan!,
  ...{ risk: 'reversible', changes: [uncordon] },
});

const ofThisRun = (): Posted[] => slack.messages.filter(({ text }) => text.includes(workflowId));

/** Asks as a run would; answers the message in the chat. */
async function asked(change: Partial<Question> = { plan: reversible() }): Promise<Posted> {
  await house.ledger.openQuestion({ workflowId, runbook: 'by-hand', question: questionFor(change) });
  return until(
    // What is said of the run of another test may come late.
    async () => ofThisRun().find((m) => m.text.includes('Restart it')),
    async () => JSON.stringify([slack.messages, await ana.told({ limit: 20 })]),
  );
}

const buttonsOf = ({ blocks }: Posted): Button[] => blocks.flatMap(({ elements = [] }) => elements);
const valueOf = (message: Posted, answer: string): string =>
  buttonsOf(message).find((b) => b.action_id === `nightshift-answer:${answer}`)!.value!;

let clicks = 0;
interface Click {
  readonly user?: string;
  readonly channel?: string;
  readonly secret?: string;
  readonly at?: number;
  readonly gateway?: Process;
  readonly body?: string;
}
/** As Slack sends it; answers the status, and the very request, to be sent again. */
async function click(value: string, { user = 'U0ANA0001', channel = CHANNEL, ...o }: Click = {}) {
  const payload = {
    ...{ type: 'block_actions', team: { id: 'T9TK3CUKW' }, user: { id: user, team_id: 'T9TK3CUKW' } },
    ...{ channel: { id: channel, name: 'payments' }, message: { type: 'message', ts: '1700.0000' } },
    actions: [
      {
        ...{ type: 'button', action_id: 'nightshift-answer:x', block_id: 'nightshift-answers', value },
        action_ts: `1700000000.${++clicks}`,
      },
    ],
  };
  const body = o.body ?? new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const timestamp = String(Math.floor((o.at ?? Date.now()) / 1000));
  const digest = createHmac('sha256', o.secret ?? SIGNING)
    .update(`v0:${timestamp}:${body}`)
    .digest('hex');
  const send = async (gateway = o.gateway ?? gateways[0]!, signature = digest) =>
    (
      await fetch(`${gateway.url}/slack/interactions`, {
        method: 'POST',
        headers: {
          ...{ 'content-type': 'application/x-www-form-urlencoded', 'x-slack-signature': `v0=${signature}` },
          'x-slack-request-timestamp': timestamp,
        },
        body,
      })
    ).status;
  return { status: await send(), digest, again: send };
}
const said = (what: RegExp) =>
  until(
    async () => slack.said.find(({ text }) => what.test(text)),
    async () => JSON.stringify(slack.said),
  );
const decisions = () => house.ledger.decisions(workflowId);
const recorded = (text: string) =>
  until(
    async () => {
      await house.ledger.seal();
      return JSON.stringify(await house.ledger.exportRecord(workflowId)).includes(text);
    },
    async () => `${text} is in no entry of ${workflowId}`,
  );

test('the message shows the diff, and its button is the answer of the person; once over all channels', async () => {
  const message = await asked();
  expect(message.blocks.map(({ text }) => text?.text).join('\n')).toContain('- spec.unschedulable: true');
  expect(buttonsOf(message).map((b) => b.url ?? b.action_id)).toEqual([
    'nightshift-answer:approve',
    'nightshift-answer:reject',
    `https://nightshift.example.com/runs/${encodeURIComponent(workflowId)}`,
  ]);
  expect((await click(valueOf(message, 'approve'), { gateway: gateways[1]! })).status).toBe(200);
  expect((await said(/"approve" (counts|is recorded), ana/)).user).toBe('U0ANA0001');
  // On a busy machine the run's own word comes later than Slack waits.
  const decision = await until(async () => (await decisions()).find((d) => d.outcome !== undefined));
  expect(decision).toMatchObject({ person: 'ana', answer: 'approve', outcome: { counted: true } });
  expect(decision.signed.statement).toContain('"authenticatedBy":"slack U0ANA0001"');
  const { question } = (await house.ledger.question(workflowId, 'q1'))!;
  const body = { questionHash: questionHash(workflowId, question), planHash: 'plan-hash', reason: '' };
  await expect(ana.decide(workflowId, 'q1', { ...body, answer: 'approve' })).rejects.toMatchObject({
    code: 'already-answered',
  });
  await click(valueOf(message, 'approve'), { gateway: gateways[0]! });
  await said(/Not taken: ana has answered this question already/);
  expect(await decisions()).toHaveLength(1);
});

test('whoever may not answer in the terminal may not in Slack, but for a no', async () => {
  const excluded = [{ person: 'ana', why: 'they started the run' }];
  const message = await asked({ plan: reversible(), excluded });
  await click(valueOf(message, 'approve'));
  await said(/Not taken: ana may not answer: they started the run; somebody else has to/);
  await recorded('they started the run; somebody else has to');
  expect(await decisions()).toEqual([]);
  await click(valueOf(message, 'reject'));
  await said(/"reject" (counts|is recorded), ana/);
});

test('when the question is over its message says how, and has no buttons', async () => {
  const message = await asked();
  await house.ledger.closeQuestion({ workflowId, questionId: 'q1', closedAs: 'approve' });
  await until(async () => buttonsOf(message).length === 0);
  expect(message.text).toMatch(/Restart it[^]*\*approve: Restart it\*$/);
  // The run is one thread.
  expect(
    ofThisRun()
      .slice(1)
      .map((m) => m.thread_ts),
  ).toEqual([message.ts]);
});

test('what is graver than the channel allows leads elsewhere; a no is taken', async () => {
  const message = await asked({});
  expect(buttonsOf(message).map((b) => b.url ?? b.action_id)).toEqual([
    'nightshift-answer:reject',
    expect.stringContaining('https://nightshift.example.com/runs/'),
  ]);
  const forged = { ...(JSON.parse(valueOf(message, 'reject')) as object), answer: 'approve' };
  await click(JSON.stringify(forged));
  await said(/Not taken: "approve" is not taken in a chat here/);
  await recorded('is not taken in a chat here');
  expect(await decisions()).toEqual([]);
  await click(valueOf(message, 'reject'));
  await said(/"reject" (counts|is recorded), ana/);
});

test('unsigned, wrongly signed and old requests are refused and change nothing', async () => {
  const value = valueOf(await asked(), 'approve');
  expect((await click(value, { secret: 'wrong' })).status).toBe(401);
  expect((await click(value, { at: Date.now() - 400_000 })).status).toBe(401);
  await until(() => gateways[0]!.log().includes('an interaction of Slack was refused'));
  await until(() =>
    gateways[0]!.log().includes('[secret from the environment variable TEST_NOWHERE] is not set'),
  );
  expect(await decisions()).toEqual([]);
});

test('a request that was sent before counts once, whichever gateway gets it, however its signature is written', async () => {
  const { again, digest } = await click(valueOf(await asked(), 'approve'));
  await said(/"approve" (counts|is recorded)/);
  for (const written of [digest, digest.toUpperCase()]) {
    slack.said.length = 0;
    expect(await again(gateways[1], written)).toBe(200);
    await said(/Not taken: this click was sent before/);
  }
  await recorded('this click was sent before');
  expect(await decisions()).toHaveLength(1);
});

test('somebody whom nobody knows, somebody who was not asked, another channel: refused and recorded', async () => {
  const value = valueOf(await asked(), 'approve');
  await click(value, { user: 'U0STRANGER' });
  await said(/U0STRANGER of Slack is nobody whom the configuration of nightshift knows/);
  await recorded('U0STRANGER of Slack is nobody');
  await click(value, { user: 'U0CY00001' });
  await said(/Not taken: .*payments-oncall/);
  await click(value, { channel: 'C0ELSEWHERE' });
  await recorded('C0ELSEWHERE is none that the configuration names with this app');
  expect(await decisions()).toEqual([]);
});

test('an app speaks for its own channel only', async () => {
  const value = valueOf(await asked({}), 'reject');
  const forged = JSON.stringify({ ...(JSON.parse(value) as object), answer: 'approve' });
  expect((await click(value, { secret: OTHER.signing })).status).toBe(200);
  expect((await click(forged, { channel: OTHER.channel })).status).toBe(200);
  for (const channel of [CHANNEL, OTHER.channel])
    await recorded(`${channel} is none that the configuration names with this app`);
  expect(await decisions()).toEqual([]);
});

test('a click on what is not open any more, or was asked otherwise meanwhile, is refused', async () => {
  const value = valueOf(await asked(), 'approve');
  const other = JSON.stringify({ ...(JSON.parse(value) as object), questionHash: 'other' });
  await click(other);
  await said(/Not taken: this answers another question or plan than the one that is open/);
  await house.ledger.closeQuestion({ workflowId, questionId: 'q1', closedAs: 'reject' });
  await click(value);
  await said(/Not taken: the question was answered with "reject"/);
  expect(await decisions()).toEqual([]);
});

test('what is no click is taken and means nothing', async () => {
  for (const body of ['', 'payload={', 'payload=%7B%22type%22%3A%22shortcut%22%7D'])
    expect((await click('', { body })).status).toBe(200);
});
