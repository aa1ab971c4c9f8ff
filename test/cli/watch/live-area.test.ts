import { expect, test } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { createLiveArea, createPlainArea } from '../../../cli/watch/live-area.ts';

const collect = () => {
  const out = new PassThrough();
  const writes: string[] = [];
  out.on('data', (chunk: Buffer) => writes.push(chunk.toString('utf8')));
  return { out, writes };
};

test('each redraw is one synchronised write; the same lines are not written again', () => {
  const { out, writes } = collect();
  const area = createLiveArea(out);
  area.show(['a', 'b']);
  area.show(['a', 'b']);
  area.print(['said']);
  area.clear();
  expect(writes).toEqual([
    '\u001b[?2026ha\nb\n\u001b[?2026l',
    '\u001b[?2026h\u001b[2F\u001b[Jsaid\na\nb\n\u001b[?2026l',
    '\u001b[?2026h\u001b[2F\u001b[J\u001b[?2026l',
  ]);
});

test('in a pipe only what stays is written, without escapes', () => {
  const { out, writes } = collect();
  const area = createPlainArea(out);
  area.show(['live']);
  area.print(['said']);
  area.clear();
  expect(writes).toEqual(['said\n']);
});
