import { expect, test } from '@jest/globals';
import { z } from 'zod';
import {
  change,
  defineSteps,
  implementChange,
  read,
  Verdict,
  type ProposedChange,
} from '../../../activities/kit/index.ts';

const demo = defineSteps('demo', {
  list: read({
    description: 'Lists.',
    input: z.object({ namespace: z.string() }),
    output: z.array(z.object({ node: z.string() })),
    summary: (i) => `list ${i.namespace}`,
  }),
  ready: read({
    description: 'Says whether it is ready.',
    input: z.object({ host: z.string() }),
    output: Verdict.extend({ count: z.number() }),
    summary: (i) => `ready ${i.host}`,
  }),
  cordon: change({
    description: 'Cordons.',
    risk: 'reversible',
    input: z.object({ node: z.string() }),
    output: z.object({ uid: z.string() }),
    preconditions: z.object({ uid: z.string() }),
    preimage: z.object({ was: z.boolean() }),
    target: (i) => `node/${i.node}`,
    summary: (i) => `Cordon ${i.node}`,
  }),
});

/** Never run: what matters is that each marked line does not compile. */
export async function typesHold(): Promise<void> {
  const pods = await demo.list({ namespace: 'x' });
  const node: string = pods[0]!.node;
  // @ts-expect-error the output has no such field
  void pods[0]!.nope;
  // @ts-expect-error the input has no such field
  await demo.list({ nmespace: 'x' });

  const tried = await demo.list({ namespace: 'x' }, { onFailure: 'continue' });
  // @ts-expect-error there is a value only where it did not fail
  void tried.value;
  if (tried.ok) void (tried.value[0]!.node satisfies string);
  else void (`${tried.kind}: ${tried.message}` satisfies string);
  void ((await demo.list({ namespace: 'x' }, { onFailure: 'abort' }))[0]!.node satisfies string);

  // @ts-expect-error a change is a value, not a promise
  await demo.cordon({ node });
  demo.cordon({ node }).once(demo.ready, { host: node }, { maxAge: '30s' });
  // @ts-expect-error the check's input is typed by the check
  demo.cordon({ node }).once(demo.ready, { hots: node }, { maxAge: '30s' });
  // @ts-expect-error a read without a verdict is no check
  demo.cordon({ node }).once(demo.list, { namespace: node }, { maxAge: '30s' });
}

// @ts-expect-error returning a change from an async function awaits it
export const awaited = async (): Promise<ProposedChange> => demo.cordon({ node: 'x' });

implementChange(demo.cordon, {
  plan: async () => ({ diff: [], preconditions: { uid: '1' }, preimage: { was: false }, dryRun: 'none' }),
  apply: async (_input, pre) => ({ outcome: 'applied', output: { uid: pre.uid } }),
  // @ts-expect-error 'maybe' is no probe answer
  probe: async () => ({ state: 'maybe' }),
});

test('a change is a value with its target and summary, and its JSON has no functions', () => {
  const change = demo.cordon({ node: 'worker-3' });
  expect(JSON.parse(JSON.stringify(change))).toEqual({
    step: 'demo.cordon',
    version: 1,
    input: { node: 'worker-3' },
    target: 'node/worker-3',
    risk: 'reversible',
    summary: 'Cordon worker-3',
  });
});

test('a put-back carries the parsed check', () => {
  const putBack = demo.cordon({ node: 'w' }).once(demo.ready, { host: 'w' }, { maxAge: '30s' });
  expect(putBack.check).toEqual({ step: 'demo.ready', input: { host: 'w' }, maxAge: '30s' });
});

test('a wrong input names the step and the field', () => {
  expect(() => demo.cordon({} as { node: string })).toThrow(/demo\.cordon: node:/);
});

test('a read outside a run says so', () => {
  expect(() => demo.list({ namespace: 'x' })).toThrow(/demo\.list was called outside a run/);
});
