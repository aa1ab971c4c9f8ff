import { z } from 'zod';
import { canonicalJson } from '../../activities/kit/index.ts';
import { storable } from '../storable.ts';
import { ENTRY_KINDS } from './append.ts';

/** An entry as the log covers it. `entry` is its number of appending, which is not its place in the log. */
export const Leaf = z.strictObject({
  deployment: z.string(),
  entry: z.number().int(),
  workflowId: z.string(),
  kind: z.enum(ENTRY_KINDS),
  at: z.iso.datetime(),
  facts: z.json(),
});
export type Leaf = z.output<typeof Leaf>;

/** The bytes that are hashed: canonical JSON. */
export const leafText = (leaf: Leaf): string => canonicalJson(storable(leaf));

/** The last entry of a run: how many there are and the hash of each, so that one left out of a bundle shows. */
export const SealedFacts = z.strictObject({
  count: z.number().int(),
  entries: z.array(z.strictObject({ kind: z.string(), hash: z.string() })),
});
export type SealedFacts = z.output<typeof SealedFacts>;
