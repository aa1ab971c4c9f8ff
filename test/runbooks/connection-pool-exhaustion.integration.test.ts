import { expect, test } from '@jest/globals';
import connectionPoolExhaustion from '../../runbooks/connection-pool-exhaustion.ts';
import { runbookTests, type Stage } from '../../testing/index.ts';
import { LOST, shopWithoutConnections } from './pool.ts';

const { play } = runbookTests(new URL('../../runbooks/index.ts', import.meta.url));
const start = (stage: Stage) =>
  stage.run(connectionPoolExhaustion, { namespace: 'shop', deployment: 'shop', withinSeconds: 5 });
const ROLL_BACK = 'Roll shop back from revision 2 to 1';

test(
  'a release of the last hour is rolled back, and the question says what it changed and how full they were before',
  play(async (stage) => {
    shopWithoutConnections(stage, { releasedAgo: 600, goroutines: LOST });
    stage.person('ana', 'platform-oncall').approves(ROLL_BACK);
    const run = await start(stage);
    run.ended('completed').reminds(/Is revision 2 of shop repaired/);
    const { body } = run.asked(ROLL_BACK);
    expect(body).toMatch(/they were lost, not given back/);
    expect(body).toMatch(/env\[name=POOL_SIZE\]\.value: 8 → 2/);
    expect(body).toMatch(/Before that release the pools were less full: 1 now is above the highest/);
  }),
);

const rows: readonly [string, Parameters<typeof shopWithoutConnections>[1], RegExp][] = [
  [
    'a function keeps them',
    { goroutines: [...LOST, [8, 'main.exportAll']] },
    /8 goroutines stand in main\.exportAll \(main\.exportAll\.go:1\)\. What keeps them is in the code/,
  ],
  [
    'they come back, there are too few',
    { pools: { a: [8, 3] } },
    /connections of a do come back \(3 were in use at the least\).* A larger pool helps where/,
  ],
  ['nobody can say what the program does', {}, /what its program does is not known\. A thread dump of a pod/],
  [
    'as full before the release, and a function keeps them: the release is acquitted',
    { releasedAgo: 600, before: 1, goroutines: [...LOST, [8, 'main.exportAll']] },
    /The pools were as full before it\. What keeps them is in the code/,
  ],
  [
    'a pool that is measured since a moment ago',
    { pools: { a: [8, null] }, goroutines: LOST },
    /whether they come back is not measured yet\. A thread dump/,
  ],
  ['a paused Deployment', { releasedAgo: 600, paused: true, goroutines: LOST }, /kubectl rollout resume/],
];
for (const [what, different, reason] of rows)
  test(
    `${what}: handed over, and nothing is changed`,
    play(async (stage) => {
      shopWithoutConnections(stage, different);
      (await start(stage)).ended('handed-over', reason);
      expect(stage.effects().filter((e) => e.risk !== 'diagnostic')).toEqual([]);
    }),
  );

test(
  'a release that filled pools which were nearly full before is not acquitted',
  play(async (stage) => {
    shopWithoutConnections(stage, { releasedAgo: 600, before: 0.85, goroutines: LOST });
    stage.person('ana', 'platform-oncall').approves(ROLL_BACK);
    (await start(stage)).ended('completed');
  }),
);

test(
  'one pod of several lost its connections: that one is replaced, also where another is full in turn',
  play(async (stage) => {
    shopWithoutConnections(stage, { pools: { a: [8, 3], b: [8, 8], c: [1, 0] }, goroutines: LOST });
    stage
      .person('ana', 'platform-oncall')
      .approves(/^Replace b, one of 3 pods of shop/)
      .answers(/No connection pool of shop is full/, 'skip');
    (await start(stage)).ended('handed-over', /^Replace b, .*that was done/);
    expect(stage.effects().filter((e) => e.risk !== 'diagnostic')).toMatchObject([
      { step: 'kubernetes.deletePod' },
    ]);
  }),
);

test(
  'nobody measures the pools: what to look at by hand is said',
  play(async (stage) => {
    shopWithoutConnections(stage, { measured: false });
    const run = await start(stage);
    run.ended('handed-over', /is not known: nobody measures .* pg_stat_activity/).changedNothing();
  }),
);

test(
  'replaced, and full again: handed over after a person said so',
  play(async (stage) => {
    shopWithoutConnections(stage, { goroutines: LOST, helps: false });
    stage
      .person('ana', 'platform-oncall')
      .approves('Restart shop, of which 2 of 2 pods lost their connections')
      .answers(/No connection pool of shop is full/, 'skip');
    (await start(stage)).ended(
      'handed-over',
      /that was done; a person skipped: No connection pool of shop is full\./,
    );
  }),
);

test(
  'no pool is full by the time it is looked at: over',
  play(async (stage) => {
    shopWithoutConnections(stage, { pools: { a: [2, 0] } });
    const run = await start(stage);
    run.ended('completed', /No connection pool of shop is full: a: 2 of 8 in use/).changedNothing();
  }),
);
