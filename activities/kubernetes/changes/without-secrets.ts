import { hashOf, type DiffEntry } from '../../kit/index.ts';

type Json = DiffEntry['before'];

const SECRET_NAME = /pass(word|wd)?|secret|token|credential|private|api_?key|access_?key/i;
const USERINFO = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]+@/gi;

/** True for a name under which people keep secrets. */
export const namesSecret = (name: string): boolean => SECRET_NAME.test(name);

/** True for text with a password in an address: `postgres://user:password@host`. */
export const holdsPassword = (text: string): boolean => new RegExp(USERINFO.source, 'i').test(text);

/** The same entry with values that look like secrets named by a hash: that they differ still shows. */
export function withoutSecrets({ path, before, after }: DiffEntry): DiffEntry {
  return { path, before: masked(before, path), after: masked(after, path) };
}

/** `where`: the path or name that says what the value is. */
function masked(value: Json, where: string): Json {
  if (typeof value === 'string') {
    const secret = /\benv\[name=[^\]]*\]\.value$/.test(where) && SECRET_NAME.test(where);
    return secret ? hidden(value) : value.replace(USERINFO, '$1:***@');
  }
  if (Array.isArray(value)) return value.map((v) => masked(v, where));
  if (typeof value !== 'object' || value === null) return value;
  const name = value['name'];
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const secret =
        key === 'value' &&
        typeof inner === 'string' &&
        SECRET_NAME.test(typeof name === 'string' ? name : where);
      return [key, secret ? hidden(inner) : masked(inner, where)];
    }),
  );
}

const hidden = (value: string) => `(hidden, sha256 ${hashOf(value).slice(0, 12)})`;
