import { StepFailure, type DiffEntry } from '../../kit/index.ts';
import { holdsSecret } from './holds-secret.ts';
import { namesSecret } from './without-secrets.ts';

/** Text under a name, or a text that says so itself. What only refers to a Secret (`secretName`) is none. */
const REFERS = /(name|ref|refs|namespace|key)$/i;

/** Where a value looks like a secret: its path, `spec.env.DB_PASSWORD`; undefined where none does. */
export function secretIn(value: unknown, path = ''): string | undefined {
  if (typeof value === 'string') {
    const name = path.split('.').at(-1) ?? '';
    return (namesSecret(name) && !REFERS.test(name)) || holdsSecret(value) ? path : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { name, value: named } = value as { name?: unknown; value?: unknown };
  if (typeof name === 'string' && typeof named === 'string' && namesSecret(name)) return `${path}.${name}`;
  for (const [key, inner] of Object.entries(value)) {
    const found = secretIn(inner, path ? `${path}.${key}` : key);
    if (found !== undefined) return found;
  }
  return undefined;
}

type Json = DiffEntry['before'];

/** The same value with `(hidden)` for what looks like a secret. */
export function withoutSecretValues(value: Json, name = ''): Json {
  if (typeof value === 'string') return secretIn(value, name) === undefined ? value : '(hidden)';
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

/** A plan goes into histories and the record: what looks like a secret must not be in it. */
export function assertForTheRecord(called: string, ...values: readonly unknown[]): void {
  const found = values.map((value) => secretIn(value)).find((path) => path !== undefined);
  if (found === undefined) return;
  throw new StepFailure('refused', `${called}: ${found} looks like a secret, and plans go into the record`, {
    next: 'Keep it in a Secret and refer to that, or make this change by hand.',
  });
}
