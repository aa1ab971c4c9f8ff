/** A read that costs nothing, so that only what surrounds a read is measured. */
import { z } from 'zod';
import { defineSteps, read } from '../../activities/kit/index.ts';

export const bench = defineSteps('bench', {
  look: read({
    description: 'Answers at once.',
    input: z.object({ n: z.number() }),
    output: z.object({ n: z.number(), ready: z.boolean() }),
    summary: ({ n }) => `look ${n}`,
  }),
});
