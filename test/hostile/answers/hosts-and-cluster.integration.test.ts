/**
 * A host whose program prints anything, and a cluster whose objects say anything where their owners may write: every step
 * gives what its contract says, or fails as steps fail. What an API server itself makes sure of stays as it is.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { hosts } from '../../../activities/hosts/contract.ts';
import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import { call } from '../../activities/kubernetes/calls.ts';
import { corpus } from '../corpus.ts';
import { sampleInput } from '../steps/sample-input.ts';
import { startRig } from '../steps/what-is-sent.ts';
import { harm } from './harm.ts';
import { wrongWith } from './judged.ts';

/** What waits for something to change is not waited for. */
const WAITS_MS = 200;

let rig: Awaited<ReturnType<typeof startRig>>;
beforeAll(async () => void (rig = await startRig()));
afterAll(() => rig.stop());

async function judged(name: string): Promise<string | undefined> {
  const step = rig.steps.get(name)!;
  rig.cluster.asked.length = 0;
  const { signal } = (rig.cluster.enough = new AbortController());
  const { enough } = rig.cluster;
  const timer = setTimeout(() => enough.abort(), WAITS_MS);
  const input = step.contract.input.parse(sampleInput(step.contract));
  return wrongWith(step, input, call({ signal })).finally(() => clearTimeout(timer));
}

for (const { contract } of Object.values(hosts))
  test(contract.name, async () => {
    const looksAgain = /[sS]ync/.test(contract.name);
    const wrong: object[] = [];
    for (let seed = 0; seed < (looksAgain ? 4 : 40); seed += 1) {
      const { text, done } = harm(seed, { places: 1 + (seed % 4), types: false });
      rig.host.change = text;
      const said = await judged(contract.name);
      if (said) wrong.push({ said, done });
    }
    expect(wrong).toEqual([]);
  });

let next = 0;
for (const { contract } of Object.values(kubernetes))
  test(contract.name, async () => {
    const wrong: object[] = [];
    for (const _ of [1, 2, 3]) {
      // What an API server has is valid UTF-8.
      rig.cluster.text = corpus[(next += 1)]!.toWellFormed();
      const said = await judged(contract.name);
      if (said) wrong.push({ said, text: rig.cluster.text });
    }
    expect(wrong).toEqual([]);
  });
