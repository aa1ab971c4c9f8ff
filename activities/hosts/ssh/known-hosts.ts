/**
 * OpenSSH's known_hosts file, as sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT" describes it. No maintained library reads it.
 * Unlike ssh, a host on another port than 22 is looked up as `[host]:port` only, never as `host`.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { keyType } from './public-key.ts';

export interface KnownHostLine {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly marker: 'cert-authority' | 'revoked' | undefined;
  readonly hosts: string;
  readonly type: string;
  readonly key: Buffer;
}

/** Lines that are comments, empty or malformed are left out, as ssh does. */
export function parseKnownHosts(text: string, file: string): KnownHostLine[] {
  return text.split('\n').flatMap((raw, index) => {
    const words = raw.trim().split(/[ \t]+/);
    if (!words[0] || words[0].startsWith('#')) return [];
    const marker = words[0].startsWith('@') ? words.shift()!.slice(1) : undefined;
    if (marker !== undefined && marker !== 'cert-authority' && marker !== 'revoked') return [];
    const [hosts, type, blob] = words;
    if (!hosts || !type || !blob) return [];
    const key = Buffer.from(blob, 'base64');
    return keyType(key) === type ? [{ file, line: index + 1, marker, hosts, type, key }] : [];
  });
}

/** The name under which a host and port stand in the file. */
export const knownHostName = (host: string, port: number): string =>
  port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;

/** Where a line stands, as editors take it. */
export const placeOf = ({ file, line }: Pick<KnownHostLine, 'file' | 'line'>): string => `${file}:${line}`;

/** True when the line's host field, hashed or a list of patterns, means this name. A `!pattern` that matches rules the line out. */
export function lineMatches({ hosts }: Pick<KnownHostLine, 'hosts'>, name: string): boolean {
  if (hosts.startsWith('|')) return hashedNameIs(hosts, name);
  let matched = false;
  for (const pattern of hosts.split(',')) {
    const negated = pattern.startsWith('!');
    if (!wildcardMatches(negated ? pattern.slice(1) : pattern, name)) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}

function hashedNameIs(hosts: string, name: string): boolean {
  const [, version, salt, hash] = hosts.split('|');
  if (version !== '1' || !salt || !hash) return false;
  const wanted = Buffer.from(hash, 'base64');
  const found = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return wanted.length === found.length && timingSafeEqual(wanted, found);
}

/** `*` is any text and `?` any character; nothing else is special. Linear in the text for each `*`. */
export function wildcardMatches(pattern: string, name: string): boolean {
  const wanted = pattern.toLowerCase();
  let p = 0;
  let n = 0;
  let star = -1;
  let resume = 0;
  while (n < name.length) {
    if (p < wanted.length && wanted[p] === '*') {
      star = p++;
      resume = n;
    } else if (p < wanted.length && (wanted[p] === '?' || wanted[p] === name[n])) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++resume;
    } else return false;
  }
  while (wanted[p] === '*') p++;
  return p === wanted.length;
}
