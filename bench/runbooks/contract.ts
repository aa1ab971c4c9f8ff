/** Steps that cost nothing themselves, so that only what surrounds them is measured. */
import { z } from 'zod';
import { change, defineSteps, read } from '../../activities/kit/index.ts';

export const bench = defineSteps('bench', {
  look: read({
    description: 'Answers at once.',
    input: z.object({ n: z.number() }),
    output: z.object({ n: z.number(), ready: z.boolean() }),
    summary: ({ n }) => `look ${n}`,
  }),
  write: change({
    description: 'Asks the outside server to do something once.',
    risk: 'reversible',
    timeout: '2s',
    input: z.object({ key: z.string() }),
    output: z.object({}),
    preconditions: z.object({}),
    preimage: z.object({}),
    target: ({ key }) => `bench/${key}`,
    summary: ({ key }) => `write ${key}`,
  }),
});
