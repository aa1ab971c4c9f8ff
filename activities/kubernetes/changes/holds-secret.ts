import { holdsPassword, namesSecret } from './without-secrets.ts';

/**
 * `password: x`, `"password": "x"`, `--token=x`, `<password>x</password>`, also with the value on a line of its own below.
 * The value is looked at and not taken: in `dsn: "host=db password=x"` it holds the next setting.
 */
const SETTING =
  /(?<![\w.-])([\w.-]+)(?:[\\"']*[ \t]*[:=]|>)(?=[ \t]*(?:\r?\n[ \t]+)?("[^"\r\n]*"|'[^'\r\n]*'|(?:\$\{\w+\})?[^\s,;}\]]*))/g;
/** `requirepass x`: the first word of a line says what the others are. */
const DIRECTIVE = /^[ \t]*([\w.-]+)[ \t]+[^\s:=]/gm;
/** Directives of web servers for where a request is passed to. */
const PASSES_ON = /^(proxy|fastcgi|uwsgi|scgi|grpc|memcached)_?pass/i;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
/** A list has pairs of `name: DB_PASSWORD` and `value: x`. */
const NAMES_ANOTHER = /^(name|key)$/i;
/** Nothing, a flag, or a variable that is filled in elsewhere: `${DB_PASSWORD}` without a default. */
const NO_SECRET = /^["']?(\$\{\w+\}|\$\(\w+\)|true|false|null|~|<\/.*)?["']?$/i;

/** True for text in which something looks like a secret: a password in an address, a private key, a setting named for one. */
export function holdsSecret(text: string): boolean {
  if (holdsPassword(text) || PRIVATE_KEY.test(text)) return true;
  for (const [, name = '', value = ''] of text.matchAll(SETTING)) {
    if (namesSecret(NAMES_ANOTHER.test(name) ? value : name) && !NO_SECRET.test(value)) return true;
  }
  return [...text.matchAll(DIRECTIVE)].some(([, name = '']) => namesSecret(name) && !PASSES_ON.test(name));
}
