import { z } from 'zod';

const Pod = z.object({ namespace: z.string(), name: z.string(), uid: z.string() });

/** What a change takes from service, if only for a while: disruption budgets count it. */
export const Taken = z.object({
  /** A node, from the pods that it could take. */
  node: z.string().optional(),
  /** Exactly these pods. */
  pods: z.array(Pod).optional(),
  /** The pods go one after the other, each when there is room for it. */
  oneByOne: z.boolean().optional(),
  /** A workload that replaces its pods by its own strategy, as many at once as that takes. */
  workload: z.object({ namespace: z.string(), kind: z.string(), name: z.string() }).optional(),
});
export type Taken = z.output<typeof Taken>;
