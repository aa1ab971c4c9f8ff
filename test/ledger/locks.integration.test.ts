/** What one run does keeps others from its targets for as long as its plan lasts, and says so. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Position } from '../../activities/kit/index.ts';
import type { IntentRequest, Ledger } from '../../ledger/api.ts';
import { anIntent, aRun, createDeployment, fresh, inMinutes, type TestDeployment } from './deployment.ts';

let deployment: TestDeployment;
let here: Ledger;
let there: Ledger;
beforeAll(async () => {
  deployment = await createDeployment();
  [here, there] = await Promise.all([deployment.open(), deployment.open()]);
});
afterAll(() => deployment.end());

const startedRun = async () => {
  const workflowId = await aRun(here);
  await here.runStarted(workflowId);
  return workflowId;
};

/** A change of a plan that cordons this node, deletes that pod and uncordons in the end. */
function inPlan(
  workflowId: string,
  target: string,
  position: Position,
  targets: readonly string[],
  { plan = 1, insteadOf }: { plan?: number; insteadOf?: number } = {},
): IntentRequest {
  const intent = anIntent(workflowId, {
    plan,
    position,
    holds: { targets, effects: targets.length, insteadOf },
    grant: { kind: 'decision', by: ['ada'], questionId: `q${plan}`, expiresAt: inMinutes(5) },
  });
  return { ...intent, change: { ...intent.change, target } };
}

async function carriedOut(ledger: Ledger, intent: IntentRequest): Promise<string> {
  const begun = await ledger.beginIntent(intent);
  if (begun.state !== 'begun') throw new Error(JSON.stringify(begun));
  await ledger.finishIntent({
    ...intent,
    token: begun.token,
    result: { outcome: 'applied', settledBy: 'apply' },
  });
  return begun.token;
}

const change = (index: number): Position => ({ kind: 'change', index });

test('a plan holds all of its targets from its first change until its last effect is done', async () => {
  const [mine, theirs] = [await startedRun(), await startedRun()];
  const [node, pod] = [fresh('node/n'), fresh('pod/p')];
  const plan = [node, pod, node];
  await carriedOut(here, inPlan(mine, node, change(0), plan));
  const blocked = inPlan(theirs, pod, change(0), [pod]);
  expect(await there.beginIntent(blocked)).toMatchObject({
    why: 'locked',
    message: expect.stringMatching(
      new RegExp(`^the run ${mine} has held ${pod} for its plan since .*nightshift show ${mine}$`),
    ),
  });
  expect((await there.run(theirs))?.waits).toMatchObject({
    what: `${pod}, which another run holds`,
    on: [mine],
  });
  await carriedOut(here, inPlan(mine, pod, change(1), plan));
  expect(await there.beginIntent(blocked)).toMatchObject({ why: 'locked' });
  await carriedOut(here, inPlan(mine, node, { kind: 'put-back', index: 0 }, plan));
  await carriedOut(there, blocked);
  expect((await there.run(theirs))?.waits).toBeUndefined();
});

test('two plans that want each other’s targets: one gets all of its own, the other none', async () => {
  for (let round = 0; round < 10; round += 1) {
    const [mine, theirs] = [await startedRun(), await startedRun()];
    const plan = [fresh('node/a'), fresh('node/b')];
    const answers = await Promise.all([
      here.beginIntent(inPlan(mine, plan[0]!, change(0), plan)),
      there.beginIntent(inPlan(theirs, plan[1]!, change(0), plan.toReversed())),
    ]);
    expect(answers.map((a) => a.state).sort()).toEqual(['begun', 'refused']);
    const holders = await deployment.sql<{ workflow_id: string }>(
      'select distinct workflow_id from locks where target = any ($1)',
      [plan],
    );
    expect(holders).toHaveLength(1);
  }
});

test('a change that failed keeps the plan’s hold; the end of the run, also of a dead one, lets go', async () => {
  const [mine, theirs] = [await startedRun(), await startedRun()];
  const plan = [fresh('node/a'), fresh('node/b')];
  const first = inPlan(mine, plan[0]!, change(0), plan);
  const begun = await here.beginIntent(first);
  if (begun.state !== 'begun') throw new Error(begun.state);
  await here.finishIntent({
    ...first,
    token: begun.token,
    result: { outcome: 'failed', settledBy: 'apply' },
  });
  const blocked = inPlan(theirs, plan[1]!, change(0), [plan[1]!]);
  expect(await there.beginIntent(blocked)).toMatchObject({ why: 'locked' });
  await here.sealRun({ workflowId: mine, outcome: 'terminated', result: null, journal: [] });
  await carriedOut(there, blocked);
});

test('a worker that wakes up after its run has lost the lock does not act: the fence has moved on', async () => {
  const [mine, theirs] = [await startedRun(), await startedRun()];
  const target = fresh('node/a');
  const stale = { ...inPlan(mine, target, change(0), [target]), timeoutMs: 60_000 };
  const begun = await here.beginIntent(stale);
  if (begun.state !== 'begun') throw new Error(begun.state);
  expect(await here.attemptIsOpen({ ...stale, token: begun.token })).toBe(true);
  await here.sealRun({ workflowId: mine, outcome: 'terminated', result: null, journal: [] });
  expect(await here.attemptIsOpen({ ...stale, token: begun.token })).toBe(false);
  await deployment.sql(
    `update attempts set deadline = clock_timestamp() - interval '10 seconds' where token = $1`,
    [begun.token],
  );
  const next = await there.beginIntent(inPlan(theirs, target, change(0), [target]));
  expect(next).toMatchObject({ state: 'begun' });
  const fences = await deployment.sql<{ fence: number }>(
    'select fence::int from attempts where target = $1 order by begun_at',
    [target],
  );
  expect(fences.map((f) => f.fence)).toEqual([1, 2]);
});

test('what takes no plan’s locks lets go when its attempt is over', async () => {
  const [mine, theirs] = [await startedRun(), await startedRun()];
  const target = fresh('ticket/t');
  const tell = (workflowId: string) => {
    const intent = anIntent(workflowId, { risk: 'notify' });
    return { ...intent, change: { ...intent.change, target } };
  };
  await carriedOut(here, tell(mine));
  await carriedOut(there, tell(theirs));
});

test('of two plans of one run, each keeps its own targets: the end of one lets go of what the other does not hold', async () => {
  const [mine, theirs] = [await startedRun(), await startedRun()];
  const [node, pod] = [fresh('node/a'), fresh('pod/a')];
  await carriedOut(here, inPlan(mine, node, change(0), [node, node]));
  await carriedOut(here, inPlan(mine, node, change(0), [node, pod], { plan: 2 }));
  await carriedOut(here, inPlan(mine, pod, change(1), [node, pod], { plan: 2 }));
  await carriedOut(there, inPlan(theirs, pod, change(0), [pod]));
  const blocked = inPlan(theirs, node, change(1), [node]);
  expect(await there.beginIntent(blocked)).toMatchObject({ why: 'locked' });
  await carriedOut(here, inPlan(mine, node, { kind: 'put-back', index: 0 }, [node, node]));
  await carriedOut(there, blocked);
});

test('a plan that takes the place of another keeps what both want, and no more', async () => {
  const [mine, theirs] = [await startedRun(), await startedRun()];
  const [first, second] = [fresh('node/a'), fresh('node/b')];
  await carriedOut(here, inPlan(mine, first, change(0), [first, second, first]));
  const again = [second];
  const rest = inPlan(mine, second, change(0), again, { plan: 2, insteadOf: 1 });
  const begun = await here.beginIntent(rest);
  if (begun.state !== 'begun') throw new Error(begun.state);
  expect(await there.beginIntent(inPlan(theirs, second, change(0), again))).toMatchObject({ why: 'locked' });
  await here.finishIntent({
    ...rest,
    token: begun.token,
    result: { outcome: 'applied', settledBy: 'apply' },
  });
  await carriedOut(there, inPlan(theirs, first, change(0), [first, second]));
});

test('two runs that hold what the other wants: the second does not wait, and says whom to abort', async () => {
  const [mine, theirs] = [await startedRun(), await startedRun()];
  const [a, b] = [fresh('node/a'), fresh('node/b')];
  await carriedOut(here, inPlan(mine, a, change(0), [a, a]));
  await carriedOut(there, inPlan(theirs, b, change(0), [b, b]));
  const wantsB = inPlan(mine, b, change(0), [b], { plan: 2 });
  const wantsA = inPlan(theirs, a, change(0), [a], { plan: 2 });
  expect(await here.beginIntent(wantsB)).toMatchObject({ why: 'locked' });
  expect(await there.beginIntent(wantsA)).toMatchObject({
    why: 'deadlock',
    message: expect.stringMatching(new RegExp(`the run ${mine} has held ${a} .*abort one of the two$`)),
  });
  expect((await there.run(theirs))?.waits).toBeUndefined();
  await there.sealRun({ workflowId: theirs, outcome: 'aborted', result: null, journal: [] });
  await carriedOut(here, wantsB);
  expect((await here.run(mine))?.waits).toBeUndefined();
});

test('a wait keeps its beginning while it is asked again, and is over when the run asks a person instead', async () => {
  const [mine, theirs] = [await startedRun(), await startedRun()];
  const target = fresh('node/a');
  await carriedOut(here, inPlan(mine, target, change(0), [target, target]));
  const blocked = inPlan(theirs, target, change(0), [target]);
  await there.beginIntent(blocked);
  const { since } = (await there.run(theirs))!.waits!;
  await there.beginIntent(blocked);
  expect((await there.run(theirs))?.waits?.since).toBe(since);
  const late = { ...blocked, grant: { ...blocked.grant, expiresAt: inMinutes(-1) } };
  expect(await there.beginIntent(late)).toMatchObject({ why: 'grant-expired' });
  expect((await there.run(theirs))?.waits).toBeUndefined();
});
