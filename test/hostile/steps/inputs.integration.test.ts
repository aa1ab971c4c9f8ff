/**
 * Hostile texts in the place of every text of every step's input: the contract refuses one and names the field, or what
 * reaches the cluster and the host is what a plain text would have sent, with exactly this one in its place: in the
 * path, the query and the body of a request, and in the words that a real shell reads. Steps and fields are found by
 * their contracts: a new one is here by itself.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { hosts } from '../../../activities/hosts/contract.ts';
import { bindCaller, unstorableText, type AnyContract } from '../../../activities/kit/index.ts';
import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import { corpus } from '../corpus.ts';
import { put, sampleInput, takes, textPlaces, type Path } from './sample-input.ts';
import { startRig } from './what-is-sent.ts';

const PLAIN = 'Zq7';
/** Behind each text of the corpus, so that it stands nowhere but where it was put. */
const UNIQUE = 'Xw9';
const TEXTS = { refused: 20, sent: 2 };
/** Shown to people beside the node: control characters become spaces. */
const CLEANED = new Set(['kubernetes.cordonNode reason']);

let rig: Awaited<ReturnType<typeof startRig>>;
beforeAll(async () => {
  bindCaller({ read: async () => undefined, made: () => {} });
  rig = await startRig();
});
afterAll(() => rig.stop());

let next = 0;
const hostile = (many: number): string[] =>
  Array.from({ length: many }, () => `${corpus[next++ % corpus.length]}${UNIQUE}`);
const isAt = (issue: readonly PropertyKey[], path: Path): boolean =>
  issue.length > 0 && path.join('.').startsWith(issue.join('.'));

type Callable = ((input: never) => unknown) & { readonly contract: unknown };
for (const step of Object.values<Callable>({ ...kubernetes, ...hosts })) {
  const contract = step.contract as AnyContract;
  test(`${contract.name}`, async () => {
    const sample = sampleInput(contract);
    expect(contract.input.safeParse(sample).error).toBeUndefined();
    const implemented = rig.steps.get(contract.name)!;
    for (const path of textPlaces(sample)) {
      const meant = takes(contract, put(sample, path, PLAIN))
        ? new Set(await rig.sentBy(implemented, put(sample, path, PLAIN), PLAIN))
        : undefined;
      let sent = 0;
      for (const text of hostile(TEXTS.refused)) {
        const input = put(sample, path, text);
        const problem = contract.input.safeParse(input).error;
        if (problem) {
          expect(problem.issues.filter((issue) => !isAt(issue.path, path))).toEqual([]);
          continue;
        }
        if (unstorableText(input) !== undefined) {
          expect(() => step(input as never)).toThrow(`${path.join('.')}: holds a NUL character or half a`);
          continue;
        }
        if (sent++ >= TEXTS.sent || CLEANED.has(`${contract.name} ${path.join('.')}`)) continue;
        const wrong = (await rig.sentBy(implemented, input, text)).filter((one) => !meant?.has(one));
        expect({ path, text, wrong }).toEqual({ path, text, wrong: [] });
      }
    }
  });
}
