import { z } from 'zod';
import { Name } from '../../activities/kubernetes/contract/identity.ts';
import { Patience } from '../platform-oncall.ts';

/** What the runbook is started with. */
export const Maintenance = z.object({
  /** In this order. */
  nodes: z
    .array(Name, 'must be a list of names: --set \'nodes=["worker-1","worker-2"]\'')
    .min(1, 'names no node')
    .max(20),
  /** What will be done on them, for the people who are asked and for the cordon's annotation. */
  reason: z.string().min(1).max(300).default('maintenance'),
  /** Evict pods that keep data in an emptyDir, which is lost with them. */
  deleteEmptyDirData: z.boolean().default(false),
  /** Evict pods without a controller, which nothing makes again. */
  force: z.boolean().default(false),
  /** How long one attempt to empty a node goes on before people are asked about what is left. */
  drainWithinSeconds: z.number().int().min(1).max(280).default(240),
  withinSeconds: Patience,
});
export type Maintenance = z.output<typeof Maintenance>;
