/** Against a stand-in that speaks version 2 of Jira's REST API, as its documentation shows it: Cloud, and Data Center. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ImplementedChange } from '../../../activities/kit/index.ts';
import { ticketOf } from '../../../activities/tickets/contract.ts';
import { createTicketSteps } from '../../../activities/tickets/steps.ts';
import { applyContext, planContext, RUN, step } from './calls.ts';
import { startStandIn, type Answer, type Asked, type StandIn } from '../json-stand-in.ts';

const TICKET = ticketOf(RUN);
const PRE = { ticket: TICKET };
const INPUT = { title: 'shop: pods crash', body: 'Ping [~admin] {noformat} h1. big', labels: ['two words'] };

interface Property {
  readonly key: string;
  readonly value: unknown;
}
interface Issue {
  readonly key: string;
  readonly fields: { readonly summary: string; readonly description: string; readonly labels: string[] };
  readonly properties: Property[];
  readonly comments: { readonly body: string; readonly properties: Property[] }[];
}
let issues: Issue[];
let kind: 'cloud' | 'data-center';
/** How many searches more know nothing of any issue. */
let late: number;
let instead: (asked: Asked) => Answer | undefined;
let jira: StandIn;

beforeEach(async () => {
  issues = [];
  kind = 'cloud';
  late = 0;
  instead = () => undefined;
  jira = await startStandIn((asked) => {
    const other = instead(asked);
    if (other && !other.hangUp) return other;
    return { ...answer(asked), ...other };
  });
});
afterEach(() => jira.close());

function answer({ method, url, body }: Asked): Answer {
  const path = url.pathname.replace('/rest/api/2/', '');
  if (path === (kind === 'cloud' ? 'search/jql' : 'search')) {
    const [, project, label] =
      /^project = "(\w+)" AND labels = "([\w-]+)" ORDER BY created ASC$/.exec(
        url.searchParams.get('jql') ?? '',
      ) ?? [];
    if (project !== 'OPS') return { status: 400, body: { errorMessages: ['no such project'] } };
    if (late > 0) {
      late -= 1;
      return { body: { issues: [] } };
    }
    return {
      body: {
        issues: issues.filter(({ fields }) => fields.labels.includes(label!)).map(({ key }) => ({ key })),
      },
    };
  }
  if (path.startsWith('search')) return { status: 404, body: {} };
  if (path === 'issue' && method === 'POST') {
    const made = { ...body, key: `OPS-${issues.length + 1}`, comments: [] } as unknown as Issue;
    issues.push(made);
    return { status: 201, body: { id: '10000', key: made.key, self: `${jira.url}/rest/api/2/issue/10000` } };
  }
  const [, key, comment] = /^issue\/(OPS-\d+)(\/comment)?$/.exec(path) ?? [];
  const issue = issues.find((one) => one.key === key);
  if (!issue) return { status: 404, body: { errorMessages: ['Issue does not exist'] } };
  if (comment && method === 'POST') {
    issue.comments.push(body as unknown as Issue['comments'][number]);
    return { status: 201, body: { id: '1', ...body } };
  }
  if (comment) {
    const [from, size] = ['startAt', 'maxResults'].map((name) => Number(url.searchParams.get(name)));
    const page = issue.comments.slice(from, from! + size!);
    return { body: { startAt: from, maxResults: size, total: issue.comments.length, comments: page } };
  }
  const wanted = url.searchParams.get('properties');
  const properties = Object.fromEntries(
    issue.properties.filter((p) => p.key === wanted).map((p) => [p.key, p.value]),
  );
  return { body: { id: '10000', key, properties } };
}

const options = (user?: string) => ({
  jira: { url: `${jira.url}/`, project: 'OPS', issueType: 'Task', user, token: () => 'secret-token' },
});
const open = () => step('open', options('bot@example.com'));

for (const where of ['cloud', 'data-center'] as const)
  test(`${where}: the first entry opens an issue; the next of the run is a comment on it`, async () => {
    kind = where;
    const user = where === 'cloud' ? 'bot@example.com' : undefined;
    const steps = options(user);
    expect((await step('open', steps).plan(INPUT, planContext)).preimage).toEqual({ existed: false });
    const location = `${jira.url}/browse/OPS-1`;
    expect(await step('open', steps).apply(INPUT, PRE, applyContext())).toEqual({
      outcome: 'applied',
      output: { ticket: TICKET, location },
    });
    expect(issues).toMatchObject([
      {
        fields: {
          project: { key: 'OPS' },
          issuetype: { name: 'Task' },
          summary: 'shop: pods crash',
          description: '{noformat}\nPing [~admin] { noformat} h1. big\n{noformat}',
          labels: [TICKET, 'nightshift', 'two-words'],
        },
        properties: [{ key: 'nightshift', value: { operation: `${RUN}3/change-0` } }],
      },
    ]);
    expect(jira.asked.at(-1)?.authorization).toBe(
      user
        ? `Basic ${Buffer.from('bot@example.com:secret-token').toString('base64')}`
        : 'Bearer secret-token',
    );
    await step('comment', steps).apply({ ticket: TICKET, body: 'Well again.' }, PRE, applyContext(4));
    expect(issues).toHaveLength(1);
    expect(issues[0]?.comments).toMatchObject([{ body: '{noformat}\nWell again.\n{noformat}' }]);
  });

test('what was opened, and what was added, without an answer is found and not repeated', async () => {
  for (const plan of [3, 4]) {
    instead = ({ method }) => (method === 'POST' ? { hangUp: true } : undefined);
    await expect(open().apply(INPUT, PRE, applyContext(plan))).rejects.toMatchObject({
      kind: 'unknown-outcome',
    });
    instead = () => undefined;
    expect(await open().probe(INPUT, PRE, applyContext(plan))).toMatchObject({ state: 'applied' });
    await open().apply(INPUT, PRE, applyContext(plan));
  }
  expect(issues).toHaveLength(1);
  expect(issues[0]?.comments).toHaveLength(1);
  expect(await open().probe(INPUT, PRE, applyContext(5))).toEqual({ state: 'not-applied' });
});

const COMMENT = { ticket: TICKET, body: 'Well again.' };
const soon = (plan: number, withinMs: number) => ({
  ...applyContext(plan),
  deadline: new Date(Date.now() + withinMs),
});

test('what this worker has opened is known before the search knows it', async () => {
  late = Infinity;
  const steps = createTicketSteps(options('bot@example.com'));
  const named = (name: string) =>
    (steps.find(({ contract }) => contract.name === `tickets.${name}`) as ImplementedChange).implementation;
  await named('open').apply(INPUT, PRE, applyContext());
  expect(await named('comment').apply(COMMENT, PRE, applyContext(4))).toMatchObject({ outcome: 'applied' });
  await named('open').apply(INPUT, PRE, applyContext(5));
  expect(issues).toMatchObject([{ comments: [{}, {}] }]);

  // A person has deleted it.
  issues = [];
  await named('open').apply(INPUT, PRE, applyContext(6));
  expect(issues).toHaveLength(1);
});

test('a comment from another worker waits until the search knows the issue, and opens none', async () => {
  await open().apply(INPUT, PRE, applyContext());
  late = 2;
  await step('comment', options()).apply(COMMENT, PRE, applyContext(4));
  expect(issues).toMatchObject([{ comments: [{}] }]);
  late = Infinity;
  await expect(step('comment', options()).apply(COMMENT, PRE, soon(5, 3_000))).rejects.toMatchObject({
    ...{ kind: 'retryable', message: `Jira does not find ${TICKET} yet` },
  });
  expect(issues).toMatchObject([{ comments: [{}] }]);
});

test('nobody knows whether an issue was opened that is not found; a comment was not added', async () => {
  await open().apply(INPUT, PRE, applyContext());
  late = Infinity;
  expect(await open().probe(INPUT, PRE, applyContext())).toEqual({
    state: 'unknown',
    reason: `Jira does not find ${TICKET}, and may find it later: look there for the label ${TICKET}`,
  });
  expect(await step('comment', options()).probe(COMMENT, PRE, applyContext(4))).toEqual({
    state: 'not-applied',
  });
});

test('an entry is found behind a hundred comments of people', async () => {
  await open().apply(INPUT, PRE, applyContext());
  for (let i = 0; i < 120; i += 1) issues[0]!.comments.push({ body: `talk ${i}`, properties: [] });
  await open().apply(INPUT, PRE, applyContext(4));
  await open().apply(INPUT, PRE, applyContext(4));
  expect(issues[0]?.comments).toHaveLength(121);
});

const refused: [string, Answer, string][] = [
  ['a token that is over', { status: 401 }, 'refused'],
  ['too many requests', { status: 429, headers: { 'retry-after': '5' } }, 'retryable'],
  [
    'a field that the project wants',
    { status: 400, body: { errors: { team: 'Team is required.' } } },
    'invalid',
  ],
  ['an outage', { status: 500 }, 'unknown-outcome'],
  ['a page to sign in', { status: 200, body: 'Log in' }, 'unknown-outcome'],
];
for (const [name, reply, outcome] of refused)
  test(`writing meets ${name}`, async () => {
    instead = ({ method }) => (method === 'POST' ? reply : undefined);
    await expect(open().apply(INPUT, PRE, applyContext())).rejects.toMatchObject({
      name: 'StepFailure',
      kind: outcome,
    });
  });

test('an entry that one of two places has is added to the other alone', async () => {
  await open().apply(INPUT, PRE, applyContext());
  const address = 'https://github.com/a/b/issues/1';
  const github = await startStandIn(({ method }) =>
    method === 'GET' ? { body: [] } : { status: 201, body: { number: 1, html_url: address } },
  );
  const both = {
    ...options('bot@example.com'),
    github: { repository: 'a/b', api: github.url, token: () => 't' },
  };
  expect(await step('open', both).probe(INPUT, PRE, applyContext())).toEqual({ state: 'not-applied' });
  expect((await step('open', both).apply(INPUT, PRE, applyContext())).output).toMatchObject({
    location: address,
  });
  expect(github.asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
  expect(issues).toMatchObject([{ comments: [] }]);
  await github.close();
});
