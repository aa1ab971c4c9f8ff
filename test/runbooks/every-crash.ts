/**
 * Every scenario of a shipped runbook, whenever a worker dies: the same changes, in the same order, once. It waits more
 * than it computes, and for minutes: each half of the scenarios is a file, so that both are played at the same time.
 */
import { test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runbookTests, type Scenario } from '../../testing/index.ts';

/** The tests of one file: every second scenario in the order of their names, from the first or the second on. */
export function everyCrashOfHalf(half: 'first' | 'second'): void {
  const { everyCrash } = runbookTests(new URL('../../runbooks/index.ts', import.meta.url));
  const names = readdirSync(join(import.meta.dirname, 'scenarios')).map((file) => file.replace('.ts', ''));
  const scenarios = names.sort().filter((_, i) => i % 2 === (half === 'first' ? 0 : 1));
  test.each(scenarios)(
    '%s, whenever a worker dies',
    async (id) => {
      const scenario = (await import(`./scenarios/${id}.ts`)) as { default: Scenario };
      await everyCrash(scenario.default)();
    },
    // The longest runbook is played more than thirty times.
    600_000,
  );
}
