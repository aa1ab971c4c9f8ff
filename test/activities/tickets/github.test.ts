/** Against a stand-in that speaks GitHub's REST API for issues and comments, as its documentation shows it. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ticketOf } from '../../../activities/tickets/contract.ts';
import { applyContext, planContext, RUN, step } from './calls.ts';
import { startStandIn, type Answer, type Asked, type StandIn } from '../json-stand-in.ts';

const TICKET = ticketOf(RUN);
const PRE = { ticket: TICKET };
const INPUT = {
  title: 'shop: pods crash',
  body: '# Report\n\nPing @payments/oncall and ana@example.com',
  labels: ['incident'],
};

interface Issue {
  readonly number: number;
  readonly html_url: string;
  readonly title: string;
  readonly body: string | null;
  readonly labels?: readonly string[];
}
let issues: Issue[];
let comments: Map<number, { body: string }[]>;
/** What is answered instead; the request is carried out all the same where it says `hangUp`. */
let instead: (asked: Asked) => Answer | undefined;
let github: StandIn;

beforeEach(async () => {
  issues = [];
  comments = new Map();
  instead = () => undefined;
  github = await startStandIn((asked) => {
    const other = instead(asked);
    if (other && !other.hangUp) return other;
    return { ...answer(asked), ...other };
  });
});
afterEach(() => github.close());

function answer({ method, url, body }: Asked): Answer {
  const [, number] = /^\/repos\/example\/incidents\/issues(?:\/(\d+)\/comments)?$/.exec(url.pathname) ?? [];
  if (!url.pathname.startsWith('/repos/example/incidents/issues'))
    return { status: 404, body: { message: 'Not Found' } };
  const page = (list: unknown[]) => {
    const size = Number(url.searchParams.get('per_page') ?? 30);
    const from = (Number(url.searchParams.get('page') ?? 1) - 1) * size;
    return { body: list.slice(from, from + size) };
  };
  if (number !== undefined) {
    const of = comments.get(Number(number)) ?? [];
    if (method === 'GET') return page(of);
    comments.set(Number(number), [...of, body as { body: string }]);
    return { status: 201, body };
  }
  // The newest first: created, desc.
  const label = url.searchParams.get('labels');
  const wanted = issues.filter(({ labels }) => label === null || labels?.includes(label));
  if (method === 'GET') return page(wanted.toReversed());
  return { status: 201, body: addIssue(body) };
}

function addIssue(issue: object): Issue {
  const number = issues.length + 1;
  const made = {
    body: null,
    ...issue,
    number,
    html_url: `https://github.com/example/incidents/issues/${number}`,
  };
  issues.push(made as Issue);
  return made as Issue;
}

const options = () => ({
  github: { repository: 'example/incidents', api: github.url, token: () => 'ghp_1' },
});
const open = () => step('open', options());

test('the first entry opens an issue; the next of the run is a comment on it', async () => {
  expect((await open().plan(INPUT, planContext)).preimage).toEqual({ existed: false });
  expect(github.asked.every(({ method }) => method === 'GET')).toBe(true);
  const location = 'https://github.com/example/incidents/issues/1';
  expect(await open().apply(INPUT, PRE, applyContext())).toEqual({
    outcome: 'applied',
    output: { ticket: TICKET, location },
  });
  expect(issues).toMatchObject([{ title: 'shop: pods crash', labels: ['nightshift', 'incident'] }]);
  expect(github.asked.at(-1)?.authorization).toBe('Bearer ghp_1');
  const planned = await open().plan(INPUT, planContext);
  expect(planned.warnings).toEqual([`${TICKET} is open already: this adds to it`]);
  const added = await step('comment', options()).apply(
    { ticket: TICKET, body: 'Well again.' },
    PRE,
    applyContext(4),
  );
  expect(added.output).toEqual({ ticket: TICKET, location });
  expect(issues).toHaveLength(1);
  expect(comments.get(1)).toHaveLength(1);
  expect(comments.get(1)?.[0]?.body).toContain('Well again.');
});

test('nobody is mentioned, and a body cannot pass for a mark', async () => {
  const forged = `<!-- nightshift:operation ${RUN}9/change-0 --> <!-- nightshift:ticket NS-0123456789 -->`;
  await open().apply({ ...INPUT, body: `${INPUT.body} ${forged}` }, PRE, applyContext());
  expect(issues[0]?.body).not.toMatch(/@[a-z]/);
  expect(await open().probe(INPUT, PRE, applyContext(9))).toEqual({ state: 'not-applied' });
});

test('what was opened without an answer is found by the probe, and not opened again', async () => {
  instead = ({ method }) => (method === 'POST' ? { hangUp: true } : undefined);
  await expect(open().apply(INPUT, PRE, applyContext())).rejects.toMatchObject({ kind: 'unknown-outcome' });
  instead = () => undefined;
  expect(await open().probe(INPUT, PRE, applyContext())).toMatchObject({ state: 'applied' });
  await open().apply(INPUT, PRE, applyContext());
  expect(issues).toHaveLength(1);
  expect(comments.size).toBe(0);
});

test('a comment without an answer is found, also behind a hundred others', async () => {
  await open().apply(INPUT, PRE, applyContext());
  comments.set(
    1,
    Array.from({ length: 130 }, (_, i) => ({ body: `talk ${i}` })),
  );
  instead = ({ method }) => (method === 'POST' ? { hangUp: true } : undefined);
  await expect(open().apply(INPUT, PRE, applyContext(4))).rejects.toMatchObject({ kind: 'unknown-outcome' });
  instead = () => undefined;
  expect(await open().probe(INPUT, PRE, applyContext(4))).toMatchObject({ state: 'applied' });
  await open().apply(INPUT, PRE, applyContext(4));
  expect(comments.get(1)).toHaveLength(131);
});

test('the issue of the run is found among many newer ones, of which some have no text', async () => {
  await open().apply(INPUT, PRE, applyContext());
  for (let i = 0; i < 150; i += 1) addIssue({ title: `other ${i}` });
  await open().apply(INPUT, PRE, applyContext(4));
  expect(issues).toHaveLength(151);
  expect(comments.get(1)).toHaveLength(1);
});

test('the issue of the run is found behind thousands of others; without its label, behind hundreds', async () => {
  await open().apply(INPUT, PRE, applyContext());
  for (let i = 0; i < 2_000; i += 1) addIssue({ title: `other ${i}`, labels: ['bug'] });
  await open().apply(INPUT, PRE, applyContext(4));
  expect(comments.get(1)).toHaveLength(1);

  issues = [{ ...issues[0]!, labels: [] }, ...issues.slice(1, 500)];
  await open().apply(INPUT, PRE, applyContext(5));
  expect(comments.get(1)).toHaveLength(2);
});

test('a label is as long as GitHub takes it', async () => {
  await open().apply({ ...INPUT, labels: ['x'.repeat(60)] }, PRE, applyContext());
  expect(issues[0]?.labels).toEqual(['nightshift', 'x'.repeat(50)]);
});

const refused: [string, Answer, string][] = [
  ['a token that is over', { status: 401 }, 'refused'],
  ['a token that may not', { status: 403 }, 'refused'],
  ['too many requests', { status: 403, headers: { 'retry-after': '60' } }, 'retryable'],
  ['too many requests this hour', { status: 403, headers: { 'x-ratelimit-remaining': '0' } }, 'retryable'],
  ['too many requests by its newer word', { status: 429 }, 'retryable'],
  ['an issue that it does not take', { status: 422 }, 'invalid'],
  ['an outage', { status: 502 }, 'unknown-outcome'],
];
for (const [name, reply, kind] of refused)
  test(`writing meets ${name}`, async () => {
    instead = ({ method }) => (method === 'POST' ? reply : undefined);
    await expect(open().apply(INPUT, PRE, applyContext())).rejects.toMatchObject({
      name: 'StepFailure',
      kind,
    });
  });

test('looking meets an outage: nothing was sent', async () => {
  instead = () => ({ status: 502 });
  await expect(open().apply(INPUT, PRE, applyContext())).rejects.toMatchObject({ kind: 'retryable' });
  instead = () => ({ hangUp: true });
  await expect(open().apply(INPUT, PRE, applyContext())).rejects.toMatchObject({ kind: 'retryable' });
  expect(issues).toEqual([]);
});

test('an error never shows the token', async () => {
  await github.close();
  const error = await Promise.resolve(open().apply(INPUT, PRE, applyContext())).catch((e: Error) => e);
  expect(error).toMatchObject({ kind: 'retryable', message: 'GitHub cannot be reached (ECONNREFUSED)' });
});
