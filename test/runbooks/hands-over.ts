import { expect, test } from '@jest/globals';
import type { Run } from '../workflows/harness.ts';

/** How a run ends that hands over for this reason. */
export const handedOver = (reason: RegExp, details: object = {}) => ({
  outcome: 'handed-over',
  result: { reason: expect.stringMatching(reason), ...details },
});

/** One test a row: in that scene the run asks nobody, hands over for this reason, and has changed nothing. */
export function handsOver<S extends string>(
  {
    start,
    scenes,
  }: {
    readonly start: (scene: S) => Promise<Run>;
    readonly scenes: Readonly<Record<S, { readonly effects: readonly string[] }>>;
  },
  rows: readonly (readonly [what: string, scene: S, reason: RegExp, details?: object])[],
): void {
  for (const [what, scene, reason, details] of rows)
    test(`${what}: handed over, and nothing is touched`, async () => {
      expect(await (await start(scene)).end()).toMatchObject(handedOver(reason, details));
      expect(scenes[scene].effects).toEqual([]);
    });
}
