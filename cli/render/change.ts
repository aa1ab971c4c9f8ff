import type { PlannedChange } from '../../activities/kit/index.ts';
import { cleanLine, mapStrings, printableJson, revealed } from './clean.ts';
import { renderDiff } from './diff.ts';
import { ends, wrap } from './layout.ts';
import { paintRisk, type Screen } from './screen.ts';

/** One change of a plan: what, on which target, the diff, what to know before saying yes, how it is undone. */
export function renderChange(change: PlannedChange, label: string, screen: Screen): string[] {
  const { paint, width } = screen;
  const indent = indentOf(screen);
  return [
    ...renderPutBack(change, label, screen),
    ...undo(change, screen).flatMap((text) => wrap(text, { width, first: `${indent}${paint.dim('↶')} ` })),
  ];
}

const indentOf = ({ width }: Screen): string => (width >= 60 ? '     ' : '  ');

/** The same of a put-back, which is itself the way back. */
export function renderPutBack(change: PlannedChange, label: string, screen: Screen): string[] {
  const { paint, width } = screen;
  const indent = indentOf(screen);
  const shown = mapStrings(change, revealed);
  const line = (sign: string, text: string) => wrap(text, { width, first: `${indent}${sign} ` });
  return [
    ...ends(` ${paint.bold(`${label} ${shown.summary}`)}`, paintRisk(change.risk, screen), width),
    ...line(paint.dim('on'), shown.target),
    ...renderDiff(change.diff, indent, screen),
    ...change.warnings.flatMap((warning) => line(paint.yellow('!'), paint.yellow(cleanLine(warning)))),
    ...line(paint.dim('·'), paint.dim(foundBy(change))),
    ...line(paint.dim('·'), paint.dim(`only while ${compact(shown.preconditions)}`)),
    ...condition(change).flatMap((text) => line(paint.cyan('?'), text)),
  ];
}

function undo({ undo }: PlannedChange, { paint }: Screen): string[] {
  if (!undo) return ['there is no undo for this'];
  return [paint.dim(`undo: ${revealed(undo.summary)}`), ...condition(undo)];
}

function foundBy({ step, dryRun }: PlannedChange): string {
  const how = {
    server: 'the server tried it out (dry run)',
    derived: 'worked out from the changes before it',
    none: 'found by reading only: there is no dry run for this',
  };
  return `${step}; ${how[dryRun]}`;
}

function condition({ once }: Pick<PlannedChange, 'once'>): string[] {
  if (!once) return [];
  return [
    `only once this check has passed, at most ${once.maxAge} before: ${once.step} ${revealed(compact(once.input))}`,
  ];
}

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
