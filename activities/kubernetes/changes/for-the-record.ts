import { StepFailure, type DiffEntry } from '../../kit/index.ts';
import { holdsSecret } from './holds-secret.ts';
import { namesSecret } from './without-secrets.ts';

/** Text under a name, or a text that says so itself. What only refers to a Secret (`secretName`) is none. */
const REFERS = /(names?|refs?|namespaces?)$/i;
/** `passwordKey` says which key of a Secret; `apiKey`, `privateKey` and `API_KEY` are secrets themselves. */
const NAMES_A_KEY = /(?<!^api|Api|[Aa]ccess|[Pp]rivate)Key$/;
/** In `external-secrets.io/type` the domain says whose it is, and not what. */
const DOMAIN = /^[\w-]+(\.[\w-]+)+\//;

function keepsSecret(called: string): boolean {
  const name = called.replace(DOMAIN, '');
  return namesSecret(name) && !REFERS.test(name) && !NAMES_A_KEY.test(name);
}

/**
 * Where a value looks like a secret: its path, `spec.env.DB_PASSWORD`; undefined where none does. `called`: the key that
 * it is under, of a list's item the list's.
 */
export function secretIn(value: unknown, path = '', called = ''): string | undefined {
  if (typeof value === 'string') return keepsSecret(called) || holdsSecret(value) ? path : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  const { name, value: named } = value as { name?: unknown; value?: unknown };
  if (typeof name === 'string' && typeof named === 'string' && namesSecret(name)) return `${path}.${name}`;
  for (const [key, inner] of Object.entries(value)) {
    const within = path ? `${path}.${key}` : key;
    const found = secretIn(inner, within, Array.isArray(value) ? called : key);
    if (found !== undefined) return found;
  }
  return undefined;
}

type Json = DiffEntry['before'];

/** The same value with `(hidden)` for what looks like a secret. */
export function withoutSecretValues(value: Json, name = ''): Json {
  if (typeof value === 'string') return secretIn(value, name, name) === undefined ? value : '(hidden)';
  if (Array.isArray(value)) return value.map((item) => withoutSecretValues(item, name));
  if (typeof value !== 'object' || value === null) return value;
  const called = value['name'];
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const secret = key === 'value' && typeof called === 'string' && namesSecret(called);
      return [key, secret ? '(hidden)' : withoutSecretValues(inner, key)];
    }),
  );
}

/** The same entry with `(hidden)` for what looks like a secret, by the last key of its path as well. */
export function forTheRecord({ path, before, after }: DiffEntry): DiffEntry {
  const [, quoted, plain = ''] = /(?:\["([^"]*)"\]|([^.[\]]+))$/.exec(path) ?? [];
  const name = quoted ?? plain;
  return { path, before: withoutSecretValues(before, name), after: withoutSecretValues(after, name) };
}

/** A plan goes into histories and the record: what looks like a secret must not be in it. */
export function assertForTheRecord(called: string, ...values: readonly unknown[]): void {
  const found = values.map((value) => secretIn(value)).find((path) => path !== undefined);
  if (found === undefined) return;
  throw new StepFailure('refused', `${called}: ${found} looks like a secret, and plans go into the record`, {
    next: 'Keep it in a Secret and refer to that, or make this change by hand.',
  });
}
