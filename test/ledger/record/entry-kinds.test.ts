import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { ENTRY_KINDS } from '../../../ledger/record/append.ts';

test('docs/record.md names every kind of entry', async () => {
  const text = await readFile(new URL('../../../docs/record.md', import.meta.url), 'utf8');
  const [, list = ''] = /`kind` is one of ([^.]*)\./.exec(text) ?? [];
  expect([...list.matchAll(/`([a-z-]+)`/g)].map(([, kind]) => kind)).toEqual([...ENTRY_KINDS]);
});
