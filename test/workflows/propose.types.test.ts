/** A plan that may not be there cannot be used unseen. */
import { expect, test } from '@jest/globals';
import { approve, carryOut, propose } from '../../workflows/index.ts';
import { world } from './fixtures/contract.ts';

const asked = { from: 'oncall', within: '10 minutes' } as const;
const changes = [world.set({ name: 'a', value: 'off' })] as const;

/** Never run: what matters is that each marked line does not compile. */
export async function typesHold(): Promise<void> {
  const tried = await propose('Off', changes, { onFailure: 'continue' });
  // @ts-expect-error without looking at `ok` there is no plan
  void tried.value;
  // @ts-expect-error nor is this one
  await approve(tried, asked);
  if (tried.ok) {
    const [output] = await carryOut(await approve(tried.value, asked));
    void (output.value satisfies string);
  } else void (`${tried.kind}: ${tried.message}` satisfies string);

  void ((await propose('Off', changes)).title satisfies string);
  void ((await propose('Off', changes, { onFailure: 'abort' })).title satisfies string);
  // @ts-expect-error there are 'hold', 'abort' and 'continue'
  await propose('Off', changes, { onFailure: 'ignore' });

  const granted = await approve(await propose('Off', changes), asked);
  const [done] = await carryOut(granted, { onFailure: 'continue' });
  // @ts-expect-error without looking at `ok` there is no value
  void done.value;
}

test('a plan of nothing is refused', async () => {
  await expect(propose('Off', [])).rejects.toThrow('propose("Off"): a plan needs at least one change');
});
