import { z } from 'zod';
import { read } from '../../kit/index.ts';
import { Truncated, WorkloadRef } from './identity.ts';
import { readingWorkload } from './workload-rights.ts';
import { Revision } from './workloads.ts';

const RevisionNumber = z.number().int().min(1);

/** A field that differs, as text; `null`: absent. What looks like a secret is named by a hash. */
export const Difference = z.object({
  path: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type Difference = z.output<typeof Difference>;

export const revisions = {
  compareRevisions: read({
    description: "What differs between two revisions of a workload's template, field by field.",
    as: 'diff <(kubectl rollout history deployment/NAME --revision 1 -o yaml) <(... --revision 2 -o yaml)',
    rights: readingWorkload({ revisions: true }),
    input: WorkloadRef.extend({ from: RevisionNumber, to: RevisionNumber }),
    output: z.object({
      from: Revision,
      to: Revision,
      differences: z.array(Difference),
      truncated: Truncated,
    }),
    summary: (i) => `revisions ${i.from} and ${i.to} of ${i.kind} ${i.namespace}/${i.name}`,
  }),
};
