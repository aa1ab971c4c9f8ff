/**
 * Prometheus, Loki, Jaeger and ticket systems that answer with anything at all: every step gives what its contract says,
 * or fails as steps fail. Texts, figures and shapes of the usual answers are harmed one after the other, and then
 * there are answers that are none.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ticketOf } from '../../../activities/tickets/contract.ts';
import { call } from '../../activities/kubernetes/calls.ts';
import { endless } from '../corpus.ts';
import { sampleInput } from '../steps/sample-input.ts';
import { startScriptedObservers, type ScriptedObservers } from '../steps/scripted-observers.ts';
import { harm } from './harm.ts';
import { wrongWith } from './judged.ts';

/** Of each step. */
const HARMED = 30;

let observers: ScriptedObservers;
beforeAll(async () => void (observers = await startScriptedObservers()));
afterAll(() => observers.stop());

/** Answers that are none, and the usual one with something in it. */
const OTHERS: readonly ((usual: string) => string | Uint8Array)[] = [
  ...['', '<html>sign in</html>', 'null', '[]', '"text"', '{"status":"success","data":{}}'].map(
    (answer) => () => answer,
  ),
  (usual) => usual.slice(0, -3),
  (usual) => Buffer.from(usual.replaceAll('a-text', '\u00ff'), 'latin1'),
  (usual) => usual.replace('{', '{"__proto__":{"status":"error","polluted":true},'),
  () => JSON.stringify({ status: 'error', errorType: 'x'.repeat(10_000), error: '\u001b[2J'.repeat(10_000) }),
  () => JSON.stringify({ errors: [{ msg: '\u202e'.repeat(10_000) }] }),
  (usual) => usual.replace('{', `{"warnings":[${JSON.stringify('\u0000'.repeat(10_000))}],`),
];
const BOMB = `${'['.repeat(300_000)}${']'.repeat(300_000)}`;
/** So large, or so deep, that reading it is work: for one step of each system. */
const LARGE: typeof OTHERS = [
  () => `{"status":"success","data":${BOMB}}`,
  ...['x'.repeat(2_000_000), 'x'.repeat(10_000_000), ...endless.slice(0, 6)].map(
    (text) => (usual: string) => usual.replaceAll('a-text', () => JSON.stringify(text).slice(1, -1)),
  ),
];

const named = await startScriptedObservers();
await named.stop();
for (const title of named.steps.keys())
  test(title, async () => {
    const step = observers.steps.get(title)!;
    const ticket = ticketOf(call().run);
    const input = step.contract.input.parse({
      ...sampleInput(step.contract),
      ...(title.startsWith('tickets.comment') && { ticket }),
    });
    const wrong: object[] = [];
    const judge = async (about: () => unknown) => {
      const said = await wrongWith(step, input, call());
      if (said) wrong.push({ said, about: about() });
    };
    observers.change = (answer) => JSON.stringify(answer);
    await judge(() => 'the usual answers');
    for (let seed = 0; seed < HARMED; seed += 1) {
      const { json, done } = harm(seed, { places: 1 + (seed % 4), types: seed % 3 === 0 });
      observers.change = (answer) => JSON.stringify(json(answer));
      await judge(() => done);
    }
    const others = /\.(series|trace|open|byRequestId)\b/.test(title) ? [...OTHERS, ...LARGE] : OTHERS;
    for (const [i, other] of others.entries()) {
      observers.change = (answer) => other(JSON.stringify(answer));
      await judge(() => `other ${i}: ${String(other)}`);
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
