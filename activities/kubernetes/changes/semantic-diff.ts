/**
 * What a change would really change: two states of an object compared field by field, without what the API server and
 * controllers keep for themselves (versions, times, status), so that noise neither shows nor voids a grant.
 */
import type { DiffEntry } from '../../kit/index.ts';
import { quantity } from '../nodes/quantity.ts';
import { withoutSecrets } from './without-secrets.ts';

type Json = DiffEntry['before'];
type Fields = Record<string, Json>;

const SERVER_OWNED = [
  'status',
  'metadata.managedFields',
  'metadata.resourceVersion',
  'metadata.generation',
  'metadata.creationTimestamp',
  'metadata.selfLink',
  'metadata.uid',
];
const NOISY_ANNOTATIONS = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
];

/**
 * Entries ordered by path. A list of objects that have names is compared by name, and by place only where places mean
 * something; amounts of resources by what they stand for.
 */
export function semanticDiff(before: unknown, after: unknown): DiffEntry[] {
  const entries: DiffEntry[] = [];
  compare('', plain(before), plain(after), entries);
  return entries
    .filter((e) => !isNoise(e.path))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
    .map(withoutSecrets);
}

function compare(path: string, before: Json, after: Json, found: DiffEntry[]): void {
  if (isNoise(path)) return;
  const [a, b] = [fieldsOf(before), fieldsOf(after)];
  if (a && b && Array.isArray(before) === Array.isArray(after)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      compare(join(path, key, Array.isArray(before)), a[key] ?? null, b[key] ?? null, found);
    }
    compareOrder(path, before, after, found);
  } else if (a && after === null && path.startsWith('metadata.') && !Array.isArray(before)) {
    for (const key of Object.keys(a)) compare(join(path, key, false), a[key] ?? null, null, found);
  } else if (b && before === null && path.startsWith('metadata.') && !Array.isArray(after)) {
    for (const key of Object.keys(b)) compare(join(path, key, false), null, b[key] ?? null, found);
  } else if (!isSame(path, before, after)) {
    found.push({ path, before, after });
  }
}

/** Init containers run in their order, and a variable may name those before it. */
const ORDERED = /(?:^|\.)(?:initContainers|env)$/;

/** Where the same names stand in another order: both orders. */
function compareOrder(path: string, before: Json, after: Json, found: DiffEntry[]): void {
  if (!Array.isArray(before) || !Array.isArray(after) || !ORDERED.test(path)) return;
  const [old, next] = [before, after].map((list) => list.map((one) => (one as Fields)['name']!));
  const stay = (names: readonly Json[], other: readonly Json[]) =>
    names.filter((name) => other.includes(name));
  const [a, b] = [stay(old!, next!), stay(next!, old!)];
  if (JSON.stringify(a) !== JSON.stringify(b)) found.push({ path: `${path} order`, before: a, after: b });
}

const AMOUNT = /(?:^|\.)resources\.(?:limits|requests)(?:\.|\[)[^.]*$/;

function isSame(path: string, before: Json, after: Json): boolean {
  if (JSON.stringify(before) === JSON.stringify(after)) return true;
  if (!AMOUNT.test(path)) return false;
  return amountOf(before) === amountOf(after);
}

/** NaN, which equals nothing, for what is no amount. */
const amountOf = (value: Json): number =>
  typeof value === 'string' || typeof value === 'number' ? quantity(String(value)) : NaN;

/** An object's fields; of a list of named objects, the objects by name. */
function fieldsOf(value: Json): Fields | undefined {
  if (Array.isArray(value)) {
    const names = value.map((v) => (isFields(v) && typeof v['name'] === 'string' ? v['name'] : undefined));
    if (value.length === 0 || names.includes(undefined) || new Set(names).size < names.length)
      return undefined;
    return Object.fromEntries(value.map((v, i) => [`name=${names[i]}`, v]));
  }
  return isFields(value) ? value : undefined;
}

function join(path: string, key: string, inList: boolean): string {
  if (inList) return `${path}[${key}]`;
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(key)) return `${path}["${key}"]`;
  return path === '' ? key : `${path}.${key}`;
}

function isNoise(path: string): boolean {
  return (
    SERVER_OWNED.some((p) => path === p || path.startsWith(`${p}.`) || path.startsWith(`${p}[`)) ||
    NOISY_ANNOTATIONS.some((a) => path === `metadata.annotations["${a}"]`)
  );
}

const isFields = (value: Json): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const plain = (value: unknown) => JSON.parse(JSON.stringify(value ?? null)) as Json;
