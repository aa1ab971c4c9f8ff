import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { detail, run, WORKFLOW_ID } from '../render/samples.ts';
import { nightshift } from '../command-line.ts';
import { startSmallGateway, type SmallGateway } from '../small-gateway.ts';

let gateway: SmallGateway;
let env: Record<string, string>;
beforeAll(async () => {
  gateway = await startSmallGateway();
  env = { NIGHTSHIFT_URL: gateway.url, NIGHTSHIFT_TOKEN: 't' };
});
afterAll(() => gateway.close());
beforeEach(() => {
  gateway.details = [detail];
});

const ended = (outcome: 'completed' | 'rejected') => ({
  kind: 'end',
  detail: {
    ...detail,
    run: { ...detail.run, status: 'ended', outcome, endedAt: '2026-11-21T02:50:00Z' },
    state: {
      ...run,
      outcome,
      journal: [
        ...run.journal.filter((e) => e.status !== 'waiting'),
        { seq: 9, at: '2026-11-21T02:49:20Z', kind: 'end', name: 'end', text: outcome, status: 'ok' },
      ],
    },
  },
});

test('watch prints the story, connects again when the connection breaks, and ends with the run', async () => {
  gateway.events = [[{ kind: 'state', detail }], [ended('completed')]];
  const { code, out } = await nightshift(['watch'], { env });
  expect(code).toBe(0);
  expect(out.match(/error rate of payment-service/g)).toHaveLength(1);
  expect(out).toContain('… connection lost (the gateway closed the connection); trying again');
  expect(out).toContain('✔ connected again');
  expect(out).toContain('Run completed at 02:50:00, after 2 min 50 s.');
});

test('a run that ends otherwise has its own exit code', async () => {
  gateway.events = [[ended('rejected')]];
  const { code, err } = await nightshift(['watch', WORKFLOW_ID], { env });
  expect(code).toBe(6);
  expect(err).toContain('the run ended as "rejected"');
});

test('-o json is one line of JSON for each change', async () => {
  gateway.events = [[{ kind: 'state', detail }, ended('completed')]];
  const { out } = await nightshift(['watch', '-o', 'json'], { env });
  expect(
    out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { kind: string }).kind),
  ).toEqual(['state', 'end']);
});

test('--answer needs a terminal, and names what to do without one', async () => {
  const { code, err } = await nightshift(['watch', '--answer'], { env });
  expect(code).toBe(2);
  expect(err).toContain('nightshift approve --yes --plan-hash PREFIX');
});
