import type { DiffEntry } from '../../kit/index.ts';

/** Said of a diff that changes what pods are made from. */
export const templateWords = (diff: readonly DiffEntry[]): string[] =>
  diff.some(({ path }) => path.startsWith('spec.template.'))
    ? ['Its template changes: its controller replaces the pods that it made from it']
    : [];
