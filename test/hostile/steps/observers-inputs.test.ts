/**
 * Hostile texts in the place of every text that the steps for Prometheus, Loki, Jaeger and tickets take: the contract
 * refuses one and names the field, or what is asked is what a plain text would have asked, with exactly this one in its
 * place: quoted in an expression, encoded in an address, or as it is in a body.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { StepFailure, unstorableText, type ImplementedStep } from '../../../activities/kit/index.ts';
import { ticketOf } from '../../../activities/tickets/contract.ts';
import { call } from '../../activities/kubernetes/calls.ts';
import { corpus } from '../corpus.ts';
import { put, sampleInput, takes, textPlaces } from './sample-input.ts';
import { startScriptedObservers, type ScriptedObservers } from './scripted-observers.ts';
import { forms } from './what-is-sent.ts';

const PLAIN = 'Zq7';
/** Behind each text of the corpus, so that it stands nowhere but where it was put. */
const UNIQUE = 'Xw9';
const TEXTS = { refused: 20, sent: 4 };
/** Parameters that tell the time. */
const TIMES = new Set(['time', 'start', 'end', 'step']);

let observers: ScriptedObservers;
beforeAll(async () => void (observers = await startScriptedObservers()));
afterAll(() => observers.stop());

/** Cut where the system takes no more. */
const LONGEST = new Map([['tickets.open in github labels.0', 50]]);

let next = 0;
function hostile(longest = Infinity): string {
  for (;;) {
    const text = `${corpus[next++ % corpus.length]}${UNIQUE}`;
    if (text.length <= longest) return text;
  }
}

/** What a call asks, with the text taken out wherever it stands. */
async function asked(step: ImplementedStep, raw: unknown, text: string): Promise<string[]> {
  observers.asked.length = 0;
  const input = step.contract.input.parse(raw);
  try {
    if ('run' in step) await step.run(input, call());
    else {
      const { preconditions } = await step.implementation.plan(input, call());
      await step.implementation.apply(input, preconditions, call());
    }
  } catch (error) {
    // That it cannot be asked like this is an answer.
    if (!(error instanceof StepFailure)) throw error;
  }
  return observers.asked.map(({ query, ...rest }) =>
    JSON.stringify(forms({ ...rest, query: query.filter(([name]) => !TIMES.has(name)) }, text)),
  );
}

const named = await startScriptedObservers();
await named.stop();
for (const title of named.steps.keys())
  test(title, async () => {
    const step = observers.steps.get(title)!;
    const { contract } = step;
    const ticket = ticketOf(call().run);
    const sample = { ...sampleInput(contract), ...(title.startsWith('tickets.comment') && { ticket }) };
    expect(contract.input.safeParse(sample).error).toBeUndefined();
    for (const path of textPlaces(sample)) {
      const plain = put(sample, path, PLAIN);
      const meant = takes(contract, plain) ? new Set(await asked(step, plain, PLAIN)) : undefined;
      let sent = 0;
      for (let i = 0; i < TEXTS.refused; i += 1) {
        const text = hostile(LONGEST.get(`${title} ${path.join('.')}`));
        const input = put(sample, path, text);
        const problem = contract.input.safeParse(input).error;
        if (problem) {
          const places = problem.issues.map((issue) => issue.path.join('.'));
          expect(places.filter((at) => at === '' || !path.join('.').startsWith(at))).toEqual([]);
          continue;
        }
        if (unstorableText(input) !== undefined || sent++ >= TEXTS.sent) continue;
        const wrong = (await asked(step, input, text)).filter((one) => !meant?.has(one));
        expect({ path, text, wrong }).toEqual({ path, text, wrong: [] });
      }
    }
  });
