/** What a test of a runbook says when something is wrong. */
import { expect, test } from '@jest/globals';
import { implementChange } from '../../activities/kit/index.ts';
import { fails, inTurn, runbookTests, type Scenario } from '../../testing/index.ts';
import { lamps } from './fixtures/lamps.ts';
import { byTheClock, lightHouse, readsTheDiary } from './fixtures/runbooks.ts';

const { play, everyCrash } = runbookTests(new URL('fixtures/runbooks.ts', import.meta.url));
const shines = { verdict: 'pass', reason: 'looked' } as const;
const north = { name: 'north' };

const whyOf = (test: () => Promise<void>): Promise<string> =>
  test().then(
    () => 'it passed',
    (error: unknown) => (error as Error).message,
  );

const lamp: Scenario = (stage) => {
  stage
    .answer(lamps.get, { name: 'north', on: false })
    .answer(lamps.shines, shines)
    .change(lamps.set, { apply: (input) => input });
};

test('a sentence that is not true shows what the run did, and its journal', async () => {
  const why = await whyOf(
    play(async (stage) => {
      await lamp(stage);
      stage.person('ana', 'keeper').rejects('Light north', { because: 'it is day' });
      (await stage.run(lightHouse, north))
        .ended('rejected', /it is day/)
        .changedNothing()
        .changed('Switch x on');
    }),
  );
  expect(why).toMatch(
    /should have changed:\n {2}- Switch x on\nIt changed: nothing\n\nIts journal:\n.*lamp north/s,
  );
});

test('a step that the scenario does not answer is named', async () => {
  expect(await whyOf(play(async (stage) => void (await stage.run(lightHouse, north))))).toMatch(/lamps\.get/);
});

test('a question that nobody will ever answer is named, with who could', async () => {
  const why = await whyOf(
    play(async (stage) => {
      stage.answer(lamps.get, fails('refused', 'no lamp for you'));
      await stage.run(lightHouse, north);
    }),
  );
  expect(why).toMatch(/waits for ever for an answer to "lamp north: what now\?".*keeper.*no lamp for you/s);
});

test('a runbook that decides differently when it is replayed is named as that', async () => {
  const why = await whyOf(
    play(async (stage) => {
      await lamp(stage);
      await stage.run(byTheClock, {});
    }),
  );
  expect(why).toMatch(/decided differently when it was replayed/);
});

const DAYS = { days: 14 };
const longPages: Scenario = (stage) => void stage.answer(lamps.diary, { text: 'calm. '.repeat(60_000) });

test('a run with a long history is too long, with what it used and how a test says that it is meant', async () => {
  const why = await whyOf(
    play(async (stage) => {
      await longPages(stage);
      await stage.run(readsTheDiary, DAYS);
    }),
  );
  expect(why).toMatch(
    /longer than a run should be: it used (9|1\d)\.?\d*% of the history .* of 50 MB\)\.\n.*runRunbook.*\n.*stage\.longHistory\('1\d%'\)/,
  );
});

test(
  'a long history that a test means is not too long',
  play(async (stage) => {
    await longPages(stage);
    stage.longHistory('15%');
    (await stage.run(readsTheDiary, DAYS)).ended('completed').returned(DAYS.days);
  }),
);

test(
  'silence escalates, then rejects',
  play(async (stage) => {
    await lamp(stage);
    stage.person('ana', 'keeper');
    (await stage.run(lightHouse, north)).ended('rejected', /nobody answered/).changedNothing();
  }),
);

test(
  'who it is escalated to may answer once it is',
  play(async (stage) => {
    await lamp(stage);
    stage.person('bo', 'harbour').approves('Light north', { after: '11 minutes' });
    (await stage.run(lightHouse, north)).ended('completed').asked('Light north', { of: 'keeper' });
  }),
);

test(
  'an alert that resolves before the first change stops the run',
  play(async (stage) => {
    await lamp(stage);
    const run = await stage.alert(
      { alertname: 'Dark', labels: { lamp: 'north' } },
      { resolvesAfter: '3 minutes' },
    );
    run.ended('stopped').changedNothing().asked('Light north');
  }),
);

test(
  'a read that fails and comes back is tried again',
  play(async (stage) => {
    await lamp(stage);
    stage.answer(lamps.get, inTurn(fails('retryable', 'busy'), { name: 'north', on: true }));
    (await stage.run(lightHouse, north)).ended('handed-over', /is on/).proposedNothing().askedNobody();
  }),
);

test('a step whose probe denies what was done makes its change twice, and everyCrash says so', async () => {
  const why = await whyOf(
    everyCrash(async (stage) => {
      await lamp(stage);
      stage.use(
        implementChange(lamps.set, {
          plan: async () => ({
            diff: [{ path: 'on', before: false, after: true }],
            preconditions: { serial: 's' },
            preimage: { on: false },
            dryRun: 'none',
          }),
          apply: async (input) => ({ outcome: 'applied', output: input }),
          probe: async () => ({ state: 'not-applied' }),
        }),
      );
      stage.person('ana', 'keeper').approves('Light north');
      (await stage.run(lightHouse, north)).ended('completed');
    }),
  );
  expect(why).toBe(
    'the worker died at: change 1 of plan 1, done, its result not written\nMade twice:\n  - Switch north on (lamps.set)',
  );
});

test('a change that a probe cannot find is held, and everyCrash says at which death', async () => {
  const why = await whyOf(
    everyCrash(async (stage) => {
      await lamp(stage);
      stage.change(lamps.set, { apply: (input) => input, probeCannotTell: 'lamps keep no log' });
      stage
        .person('ana', 'keeper')
        .approves('Light north')
        .answers(/what now/, 'abort')
        .answers(/^Undo/, 'leave');
      (await stage.run(lightHouse, north)).ended('completed');
    }),
  );
  expect(why).toMatch(/^the worker died at: change 1 of plan 1, its intent written, nothing done\n/);
});
