/** What somebody should know of a planned change before they say yes, in the same words wherever they are asked. Pure. */
import { printableJson, revealed } from './clean.ts';
import type { PlannedChange } from './planned-change.ts';

const FOUND_BY = {
  server: 'the server tried it out (dry run)',
  derived: 'worked out from the changes before it',
  none: 'found by reading only: there is no dry run for this',
} as const;

/** The step that does it, and how its diff was found. */
export const foundBy = ({ step, dryRun }: Pick<PlannedChange, 'step' | 'dryRun'>): string =>
  `${step}; ${FOUND_BY[dryRun]}`;

/** The state without which it is not done. */
export const onlyWhile = ({ preconditions }: Pick<PlannedChange, 'preconditions'>): string =>
  `only while ${compact(preconditions)}`;

/** The check that has to pass before; nothing where there is none. */
export const onlyOnce = ({ once }: Pick<PlannedChange, 'once'>): string | undefined =>
  once &&
  `only once this check has passed, at most ${once.maxAge} before: ${once.step} ${revealed(compact(once.input))}`;

/** How it is taken back. */
export const undoneBy = ({ undo }: Pick<PlannedChange, 'undo'>): string =>
  undo ? `undo: ${revealed(undo.summary)}` : 'there is no undo for this';

/** `host=node-worker-3 owner=ReplicaSet/web` for an object, JSON for anything else. */
export function compact(value: unknown): string {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return printableJson(value);
  return Object.entries(value)
    .map(([key, field]) => `${key}=${compactField(field)}`)
    .join(' ');
}

/** A reference to an object reads as `Kind/name`; its uid, where it has one, is added. */
function compactField(field: unknown): string {
  if (typeof field === 'string') return field;
  if (typeof field === 'object' && field !== null && 'kind' in field && 'name' in field) {
    const { kind, name, uid, ...rest } = field as Record<string, unknown>;
    if (typeof kind === 'string' && typeof name === 'string' && Object.keys(rest).length === 0) {
      return `${kind}/${name}${typeof uid === 'string' ? ` (${uid})` : ''}`;
    }
  }
  return printableJson(field);
}
