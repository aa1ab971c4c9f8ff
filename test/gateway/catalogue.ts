/** Runbooks for the tests of the gateway; their workflow is `test-workflow.ts`. */
import { z } from 'zod';
import { defineRunbook, onAlert } from '../../workflows/define-runbook.ts';
import { onSchedule } from '../../workflows/on-schedule.ts';

const input = z.object({ service: z.string().min(2), node: z.string().optional() });
const common = { owner: 'payments-oncall', description: 'For tests.', input, run: async () => undefined };

export default [
  defineRunbook({
    ...common,
    id: 'service-sick',
    title: 'A service is sick',
    triggers: [onAlert({ alertname: 'ServiceSick' }, ({ labels }) => ({ service: labels['service'] ?? '' }))],
    correlationKey: ({ service }) => service,
  }),
  defineRunbook({
    ...common,
    id: 'by-hand',
    title: 'Started by people',
    correlationKey: ({ service }) => service,
  }),
  defineRunbook({
    ...common,
    id: 'once-a-year',
    title: 'Started by the clock',
    triggers: [
      onSchedule({ cron: '0 0 1 1 *', timeZone: 'Europe/Berlin' }, () => ({ service: 'all' }), {
        name: 'party',
      }),
    ],
    correlationKey: ({ service }) => service,
  }),
];
