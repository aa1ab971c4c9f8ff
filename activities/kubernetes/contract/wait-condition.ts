/**
 * `kubectl wait --for=...` as a pure judgement (kubectl/pkg/cmd/wait): the same words, the same comparisons. Where
 * kubectl would go on waiting, this says what is missing.
 */
import type { Verdict } from '../../kit/index.ts';
import { jsonPath, type Json } from './json-path.ts';

export type WaitedFor =
  | { readonly kind: 'delete' }
  | { readonly kind: 'create' }
  | { readonly kind: 'condition'; readonly type: string; readonly status: string }
  | { readonly kind: 'jsonpath'; readonly expression: string; readonly value: string | undefined };

/** Throws a SyntaxError, in kubectl's words where it has some. */
export function parseWait(text: string): WaitedFor {
  const lower = text.toLowerCase();
  if (lower === 'delete' || lower === 'create') return { kind: lower };
  if (lower.startsWith('condition=')) {
    const [type = '', status = 'true'] = text.slice('condition='.length).split(/=(.*)/s);
    if (type === '') throw new SyntaxError('condition= needs the name of a condition');
    return { kind: 'condition', type, status };
  }
  if (lower.startsWith('jsonpath=')) {
    const { expression, value } = splitValue(unquoted(text.slice('jsonpath='.length)));
    if (value === '') throw new SyntaxError('jsonpath wait value cannot be empty');
    jsonPath(expression);
    return { kind: 'jsonpath', expression, value };
  }
  throw new SyntaxError(`unrecognized condition: "${text}"`);
}

interface Waiting {
  readonly metadata?: { readonly generation?: number; readonly uid?: string };
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] };
}
interface Condition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

/** `called`: `deployments.apps/api`. A condition of what is not there, or not there yet, is `unknown`. */
export function judgeWait(
  object: unknown,
  { called, wanted }: { readonly called: string; readonly wanted: WaitedFor },
): Verdict {
  if (wanted.kind === 'delete') {
    return object === undefined
      ? { verdict: 'pass', reason: `${called} is gone` }
      : { verdict: 'fail', reason: `${called} is still there` };
  }
  if (object === undefined) {
    const verdict = wanted.kind === 'create' ? 'fail' : 'unknown';
    return { verdict, reason: `there is no ${called}` };
  }
  if (wanted.kind === 'create') return { verdict: 'pass', reason: `${called} is there` };
  return wanted.kind === 'condition'
    ? judgeCondition(object ?? {}, { called, ...wanted })
    : judgeValue(object as Json, { called, ...wanted });
}

function judgeCondition(
  object: Waiting,
  { called, type, status }: { called: string; type: string; status: string },
): Verdict {
  const conditions = object.status?.conditions ?? [];
  const found = conditions.find((c) => same(c.type ?? '', type));
  if (!found) {
    const known = conditions.map((c) => c.type).join(', ');
    return { verdict: 'unknown', reason: `${called} has no condition ${type}; it has ${known || 'none'}` };
  }
  const observed = found.observedGeneration ?? object.status?.observedGeneration;
  const generation = object.metadata?.generation;
  if (generation !== undefined && observed !== undefined && observed < generation) {
    return {
      verdict: 'unknown',
      reason: `${called} says ${type} of generation ${observed}, and was changed to generation ${generation} since`,
    };
  }
  const why = [found.reason, found.message].filter(Boolean).join(': ');
  const reason = `${called}: ${found.type} is ${found.status ?? 'not set'}${why && ` (${why})`}`;
  if (same(found.status ?? '', status)) return { verdict: 'pass', reason };
  return { verdict: same(found.status ?? 'Unknown', 'Unknown') ? 'unknown' : 'fail', reason };
}

/** Throws a SyntaxError for an expression that names more than one value, or a list or object to compare. */
function judgeValue(
  object: Json,
  o: { called: string; expression: string; value: string | undefined },
): Verdict {
  const { called, expression, value } = o;
  const found = jsonPath(expression)(object);
  if (found.length === 0) return { verdict: 'unknown', reason: `${called} has no ${expression}` };
  if (found.length > 1) throw new SyntaxError('given jsonpath expression matches more than one value');
  const [present] = found;
  if (value === undefined) return { verdict: 'pass', reason: `${called} has ${expression}` };
  if (typeof present === 'object' && present !== null) {
    throw new SyntaxError('jsonpath leads to a nested object or list which is not supported');
  }
  const reason = `${called}: ${expression} is ${String(present)}`;
  return String(present).trim() === value.trim()
    ? { verdict: 'pass', reason }
    : { verdict: 'fail', reason: `${reason}, not ${value}` };
}

/** `{.a}=b`; without braces the first `=` that is no `==` of a filter. */
function splitValue(text: string): { expression: string; value: string | undefined } {
  const [, expression = text, , value] =
    /^(\{.*\})(=(.*))?$/s.exec(text) ?? /^((?:[^=[]|\[[^\]]*\])*)(=(.*))?$/s.exec(text) ?? [];
  return { expression: unquoted(expression), value: value === undefined ? undefined : unquoted(value) };
}

const unquoted = (text: string): string => /^'(.*)'$/s.exec(text)?.[1] ?? /^"(.*)"$/s.exec(text)?.[1] ?? text;
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
