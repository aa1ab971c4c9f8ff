import { z } from 'zod';

/** An entry of `metadata.managedFields`, as far as a change takes its fields: each by its way from the root, in FieldsV1's elements. */
export const FieldOwner = z.object({
  manager: z.string(),
  operation: z.enum(['Apply', 'Update']),
  apiVersion: z.string(),
  /** Where it wrote by one: `scale`. */
  subresource: z.string().optional(),
  /** When it last wrote one of its fields; empty where nobody knows. */
  time: z.string(),
  fields: z.array(z.array(z.string())),
});
export type FieldOwner = z.output<typeof FieldOwner>;
