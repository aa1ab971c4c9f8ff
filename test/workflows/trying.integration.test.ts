/** A run that only tries: real reads, plans, and nothing else. */
import { expect, test } from '@jest/globals';
import { engineInWorld } from './engine-in-world.ts';
import type { Run } from './harness.ts';

const { engine, world } = engineInWorld();

const tried = (runbook: string, input: unknown = {}) => engine.start(runbook, input, {}, { dryRun: true });
const journalOf = async (run: Run) => (await run.state()).journal;
const untouched = async (run: Run) => {
  expect(world.writes).toEqual([]);
  expect(await engine.ledger.questions({ workflowId: run.workflowId, limit: 10 })).toEqual([]);
  expect(await engine.ledger.intents(run.workflowId)).toEqual([]);
};

test('goes on past its plan, through checks and put-backs, and says what it assumed', async () => {
  const run = await tried('set-two-put-back');
  expect((await run.end()).outcome).toBe('completed');
  const journal = await journalOf(run);
  const shown = journal.find((e) => e.name === 'would ask');
  expect(shown).toMatchObject({
    text: 'Would ask oncall to approve: Move',
    facts: {
      plan: [{ target: 'thing/a', diff: [{ after: 'off' }] }, { target: 'thing/b' }],
      putBacks: [{ target: 'thing/a' }],
    },
  });
  expect(journal.find((e) => e.name === 'tried')!.text).toBe(
    'Only tried, nothing was carried out. It was assumed that: oncall approves "Move"; Set a to off is done; Set b to moved is done; c is fixed (now: fail, c is broken); Set a to on is done',
  );
  await untouched(run);
});

test('ends where it would need what a change would have answered', async () => {
  const run = await tried('set-one', { name: 'a', value: 'off' });
  expect(await run.end()).toEqual({
    outcome: 'completed',
    result:
      'tried as far as it goes, nothing was carried out: what follows needs what "Set a to off" would have answered (value)',
  });
  expect(world.looks).toBe(1);
  await untouched(run);
});

test('asks nobody anything: a hold ends it, and says what it would ask', async () => {
  const run = await tried('asks');
  expect((await run.end()).result).toMatch(/^tried as far as it goes.*it would ask oncall: /);
  await untouched(run);
});

test('what the policy would grant is not granted either', async () => {
  const run = await tried('tells');
  expect((await run.end()).outcome).toBe('completed');
  expect((await journalOf(run)).map((e) => e.text)).toContain(
    'Would be granted by the policy (default: notify needs nobody): Tell',
  );
  await untouched(run);
});

test('many targets are gone through wave by wave', async () => {
  const run = await tried('rolls', { names: ['a', 'b', 'c'] });
  expect((await run.end()).outcome).toBe('completed');
  const asked = (await journalOf(run)).filter((e) => e.name === 'would ask');
  expect(asked.length).toBeGreaterThan(1);
  await untouched(run);
});
