/** What is bundled for test/worker/secrets-canary.integration.test.ts: a runbook that asks every system and opens a ticket. */
import { z } from 'zod';
import { jaeger } from '../../activities/jaeger/contract.ts';
import { loki } from '../../activities/loki/contract.ts';
import { pagerduty } from '../../activities/pagerduty/contract.ts';
import { prometheus } from '../../activities/prometheus/contract.ts';
import { tickets } from '../../activities/tickets/contract.ts';
import { approve, carryOut, defineRunbook, propose } from '../../workflows/index.ts';
import { runbookWorkflow } from '../../workflows/run.ts';

export default runbookWorkflow([
  defineRunbook({
    id: 'asks-everybody',
    title: 'Asks every system',
    owner: 'oncall',
    description: 'For the test of secrets.',
    input: z.object({}),
    async run() {
      const go = { onFailure: 'continue' } as const;
      const said: unknown[] = [
        await prometheus.query({ expr: 'up' }, go),
        await loki.query({ expr: '{app="shop"}' }, go),
        await jaeger.trace({ traceId: '4bf92f3577b34da6a3ce929d0e0e4736' }, go),
        await pagerduty.onCall({ schedule: 'PI7DH85' }, go),
      ];
      const plan = await propose('Write it up', [tickets.open({ title: 'Canary', body: 'It sings.' })]);
      await carryOut(await approve(plan, { from: 'oncall', within: '10 minutes' }));
      return said;
    },
  }),
]);
