/** Every scenario of a shipped runbook, whenever a worker dies: the same changes, in the same order, once. */
import { test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runbookTests, type Scenario } from '../../testing/index.ts';

const { everyCrash } = runbookTests(new URL('../../runbooks/index.ts', import.meta.url));

const scenarios = readdirSync(join(import.meta.dirname, 'scenarios')).map((file) => file.replace('.ts', ''));

test.each(scenarios)(
  '%s, whenever a worker dies',
  async (id) => {
    const scenario = (await import(`./scenarios/${id}.ts`)) as { default: Scenario };
    await everyCrash(scenario.default)();
  },
  // The longest runbook is played more than thirty times.
  600_000,
);
