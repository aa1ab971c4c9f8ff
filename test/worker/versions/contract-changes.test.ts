/** What runs of an older bundle would notice of today's steps, found by their schemas alone. */
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { change, defineSteps, read, type AnyContract } from '../../../activities/kit/index.ts';
import { contractChanges } from '../../../worker/versions/contract-changes.ts';
import { contractSchemas } from '../../../worker/versions/contract-schemas.ts';

const kept = (steps: Record<string, { contract: unknown }>) =>
  contractSchemas(Object.values(steps).map((step) => step.contract as AnyContract));

const reading = (input: z.ZodType, output: z.ZodType = z.object({})) =>
  kept(
    defineSteps('store', {
      look: read({ input, output, description: 'Looks.', summary: () => 'look' }),
    }),
  );
const between = (
  older: { input?: z.ZodType; output?: z.ZodType },
  today: { input?: z.ZodType; output?: z.ZodType },
) =>
  contractChanges(
    reading(older.input ?? z.object({}), older.output),
    reading(today.input ?? z.object({}), today.output),
  ).map(({ step, what }) => `${step}: ${what}`);

test('the same contract, and one that takes more and answers more, change nothing', () => {
  const older = { input: z.object({ name: z.string() }), output: z.object({ size: z.number() }) };
  expect(between(older, older)).toEqual([]);
  const wider = {
    input: z.object({ name: z.string(), limit: z.number().optional(), deep: z.boolean().default(false) }),
    output: z.object({ size: z.number(), unit: z.string() }),
  };
  expect(between(older, wider)).toEqual([]);
});

test('an input field that was renamed', () => {
  expect(
    between({ input: z.object({ node: z.string() }) }, { input: z.object({ nodeName: z.string() }) }),
  ).toEqual([
    'store.look: input: nodeName is required, and may be missing',
    'store.look: input: node is not known, and would be ignored',
  ]);
});

test('an input field that has become required; one with a default was always sent', () => {
  const today = { input: z.object({ limit: z.number() }) };
  expect(between({ input: z.object({ limit: z.number().optional() }) }, today)).toEqual([
    'store.look: input: limit is required, and may be missing',
  ]);
  expect(between({ input: z.object({ limit: z.number().default(5) }) }, today)).toEqual([]);
});

test('another type, fewer values, narrower bounds, deep inside', () => {
  const of = (pod: z.ZodType) => ({ input: z.object({ pods: z.array(z.object({ pod })) }) });
  expect(between(of(z.string()), of(z.number()))).toEqual([
    'store.look: input: pods[].pod must be number, and may be string',
  ]);
  expect(between(of(z.string()), of(z.string().nullable()))).toEqual([]);
  expect(between(of(z.string().nullable()), of(z.string()))).toEqual([
    'store.look: input: pods[].pod must be string, and may be null',
  ]);
  expect(between(of(z.enum(['a', 'b'])), of(z.enum(['b', 'c'])))).toEqual([
    'store.look: input: pods[].pod may be "a", which is not accepted',
  ]);
  expect(between(of(z.enum(['a', 'b'])), of(z.string()))).toEqual([]);
  expect(between(of(z.string()), of(z.literal('a')))).toEqual([
    'store.look: input: pods[].pod must be "a", and may be something else',
  ]);
  expect(between(of(z.int().positive()), of(z.int().min(5)))).toEqual([
    'store.look: input: pods[].pod must be at least 5',
  ]);
  expect(between(of(z.int().min(5)), of(z.number().min(1)))).toEqual([]);
});

test('a field that a strict input no longer takes', () => {
  expect(
    between(
      { input: z.object({ name: z.string(), quick: z.boolean() }) },
      { input: z.strictObject({ name: z.string() }) },
    ),
  ).toEqual(['store.look: input: quick is not accepted']);
});

test('alternatives: each that may be sent has to fit one that is taken', () => {
  const circle = z.object({ kind: z.literal('circle'), radius: z.number() });
  const square = z.object({ kind: z.literal('square'), side: z.number() });
  const both = { input: z.discriminatedUnion('kind', [circle, square]) };
  expect(between({ input: circle }, both)).toEqual([]);
  expect(between(both, { input: circle })).toEqual([
    'store.look: input: radius is required, and may be missing',
    'store.look: input: kind may be "square", which is not accepted',
    'store.look: input: side is not known, and would be ignored',
  ]);
});

test('an answer that says less than it did', () => {
  const older = { output: z.object({ ready: z.boolean(), pods: z.array(z.string()) }) };
  expect(between(older, { output: z.object({ ready: z.boolean() }) })).toEqual([
    'store.look: answer: pods is required, and may be missing',
  ]);
  expect(
    between(older, { output: z.object({ ready: z.boolean(), pods: z.array(z.string()).optional() }) }),
  ).toEqual(['store.look: answer: pods is required, and may be missing']);
  expect(between(older, { output: z.object({ ready: z.string(), pods: z.array(z.string()) }) })).toEqual([
    'store.look: answer: ready must be boolean, and may be string',
  ]);
});

test('records, tuples, recursive shapes', () => {
  expect(
    between({ input: z.record(z.string(), z.string()) }, { input: z.record(z.string(), z.number()) }),
  ).toEqual(['store.look: input: * must be number, and may be string']);
  expect(between({ input: z.tuple([z.string()]) }, { input: z.tuple([z.string(), z.string()]) })).toEqual([
    'store.look: input must be a list of at least 2',
    'store.look: input: [] must have 2 items',
  ]);
  const tree = z.object({
    name: z.string(),
    get below() {
      return z.array(tree);
    },
  });
  expect(between({ input: tree }, { input: tree })).toEqual([]);
});

test("a change's preconditions are the run's to hand back: they must still be taken", () => {
  const changing = (preconditions: z.ZodType) =>
    kept(
      defineSteps('store', {
        put: change({
          risk: 'reversible',
          ...{ input: z.object({}), output: z.object({}), preimage: z.object({}), preconditions },
          description: 'Puts.',
          ...{ target: () => 'thing/a', summary: () => 'put' },
        }),
      }),
    );
  expect(
    contractChanges(
      changing(z.object({ uid: z.string() })),
      changing(z.object({ uid: z.string(), rev: z.string() })),
    ),
  ).toEqual([{ step: 'store.put', what: 'preconditions: rev is required, and may be missing' }]);
});

test('a step that is gone, and one that changes what it only read', () => {
  const look = reading(z.object({}));
  expect(contractChanges(look, {})).toEqual([{ step: 'store.look', what: 'is gone' }]);
  expect(contractChanges(look, { 'store.look': { ...look['store.look']!, effect: 'change' } })).toEqual([
    { step: 'store.look', what: 'was a read and is now a change' },
  ]);
});
