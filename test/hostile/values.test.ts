/** What is kept and compared: the same value has the same hash, and a shell reads the words that were meant. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { canonicalJson, hashOf } from '../../activities/kit/index.ts';
import { commandLine } from '../../activities/hosts/ssh/command-line.ts';
import { boundedAlert } from '../../gateway/alerts/bounded-alert.ts';
import { storable } from '../../ledger/storable.ts';
import { corpus } from './corpus.ts';

type Json = fc.JsonValue;

/** The same value with the fields of every object in the opposite order. */
function turned(value: Json): Json {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([field, of]) => [field, turned(of as Json)] as const)
      .reverse(),
  );
}

test('a value has one hash, in whatever order its fields come, and another value has another', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const kept = storable(value) as Json;
      expect(hashOf(turned(kept))).toBe(hashOf(kept));
      expect(JSON.parse(canonicalJson(kept))).toEqual(JSON.parse(JSON.stringify(kept)));
      expect(hashOf([kept])).not.toBe(hashOf(kept));
    }),
  );
});

test('every text of the corpus can be kept, hashed and told from the others', () => {
  const kept = corpus.map((text) => storable(text) as string);
  expect(kept.filter((text) => text.includes('\0') || !text.isWellFormed())).toEqual([]);
  expect(new Set(kept.map((text) => hashOf({ [text]: text }))).size).toBe(new Set(kept).size);
});

test('names of fields that objects have anyway are fields like others', () => {
  const value: unknown = JSON.parse(
    '{"__proto__": {"polluted": true}, "constructor": "a", "toString": null}',
  );
  expect(canonicalJson(storable(value))).toBe(
    '{"__proto__":{"polluted":true},"constructor":"a","toString":null}',
  );
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('an alert is bounded, whatever its sender wrote', () => {
  for (const text of corpus.slice(0, 2_000)) {
    const bounded = boundedAlert({
      ...{ source: 'alertmanager', status: 'firing', startedAt: '2026-11-21T02:47:00Z', raw: text },
      ...{ fingerprint: text.repeat(20), name: text.repeat(20), severity: text, authenticated: true },
      ...{ labels: { [text]: text }, annotations: { [text]: text.repeat(1_000) } },
    });
    expect(bounded.fingerprint.length).toBeLessThanOrEqual(200);
    expect(bounded.name.length).toBeLessThanOrEqual(200);
  }
});

test('a real shell reads each word of the corpus as it was meant', () => {
  const words = corpus.map((text) => (storable(text) as string).replaceAll('\ufffd', '?'));
  for (let from = 0; from < words.length; from += 1_000) {
    const meant = words.slice(from, from + 1_000);
    const read = execFileSync('/bin/sh', ['-s'], {
      input: `printf '%s\\0' ${commandLine(meant)}\n`,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    expect(read.split('\0').slice(0, -1)).toEqual(meant);
  }
});
