import { CORDONED_BY, CORDONED_WHY } from '../contract/nodes.ts';

/** Stands in a diff for the reason that `apply` will write: the plan has no title yet while it is made. */
export const TITLE = "(the plan's title)";

/** What taking a cordon away changes, said without asking the server: it is not there yet. */
export const uncordonDiff = ({ by, why }: { readonly by: string; readonly why: string }) => [
  { path: `metadata.annotations["${CORDONED_BY}"]`, before: by, after: null },
  { path: `metadata.annotations["${CORDONED_WHY}"]`, before: why, after: null },
  { path: 'spec.unschedulable', before: true, after: null },
];
