import { expect, test } from '@jest/globals';
import { readBody } from '../../../activities/http/read-body.ts';

async function* body(text: string) {
  yield Buffer.from(text);
}

test('a body up to the limit is read whole, in bytes and not in characters', async () => {
  expect(await readBody(body('grün'), 5)).toBe('grün');
  expect(await readBody(body('grün'), 4)).toBeUndefined();
});

test('an answer without a body is empty', async () => {
  expect(await readBody(null, 0)).toBe('');
});

test('a character that two chunks share stays whole', async () => {
  async function* chunks() {
    const bytes = Buffer.from('ü');
    yield bytes.subarray(0, 1);
    yield bytes.subarray(1);
  }
  expect(await readBody(chunks(), 2)).toBe('ü');
});

test('what is longer than the limit is not read to its end', async () => {
  let ended = false;
  async function* endless() {
    try {
      for (;;) yield Buffer.alloc(1024);
    } finally {
      ended = true;
    }
  }
  expect(await readBody(endless(), 10_000)).toBeUndefined();
  expect(ended).toBe(true);
});
