/** Every shipped runbook, whenever a worker dies: the same changes, in the same order, once. */
import { test } from '@jest/globals';
import { runbookTests, type Scenario } from '../../testing/index.ts';

const { everyCrash } = runbookTests(new URL('../../runbooks/index.ts', import.meta.url));

test.each([
  'cluster-look-around',
  'bad-rollout',
  'oom-killed-container',
  'service-without-endpoints',
  'crash-loop-by-configuration',
  'certificate-about-to-expire',
])('%s, whenever a worker dies', async (id) => {
  const scenario = (await import(`./scenarios/${id}.ts`)) as { default: Scenario };
  await everyCrash(scenario.default)();
});
