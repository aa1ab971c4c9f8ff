import { z } from 'zod';

const Hash = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');
const Index = z.number().int().nonnegative();

/** What `record export` writes of one run. Strict: an unknown or missing field is a changed bundle. */
export const RecordBundle = z.strictObject({
  format: z.literal('nightshift/record/v1'),
  deployment: z.string(),
  workflowId: z.string(),
  /** Signed note over the log's size and root; every proof leads to it. */
  checkpoint: z.string(),
  entries: z.array(z.strictObject({ index: Index, leaf: z.string(), proof: z.array(Hash) })),
  /** Earlier checkpoints that were witnessed, each with the proof that it is a beginning of this one. */
  earlier: z.array(z.strictObject({ checkpoint: z.string(), proof: z.array(Hash) })),
});
export type RecordBundle = z.output<typeof RecordBundle>;

/** The whole log of a deployment. `leaf` and `hash` are null where the database has lost them. */
export const LogBundle = z.strictObject({
  format: z.literal('nightshift/log/v1'),
  deployment: z.string(),
  checkpoint: z.string(),
  entries: z.array(z.strictObject({ index: Index, hash: Hash.nullable(), leaf: z.string().nullable() })),
});
export type LogBundle = z.output<typeof LogBundle>;
