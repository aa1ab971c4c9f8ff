import { expect, test } from '@jest/globals';
import { serverSentEvents } from '../../gateway/event-stream.ts';

const read = async (...chunks: (string | Uint8Array)[]) => {
  const encoder = new TextEncoder();
  async function* body() {
    for (const chunk of chunks) yield typeof chunk === 'string' ? encoder.encode(chunk) : chunk;
  }
  const events = [];
  for await (const event of serverSentEvents(body())) events.push([event.event, event.data]);
  return events;
};

test('events, comments between them, in any pieces', async () => {
  const text = ': hello\n\nevent: state\ndata: {"a":1}\n\n: still here\n\nevent: end\ndata: {}\n\n';
  const expected = [
    ['state', '{"a":1}'],
    ['end', '{}'],
  ];
  expect(await read(text)).toEqual(expected);
  expect(await read(...text)).toEqual(expected);
});

test('a character cut in two is put together', async () => {
  const bytes = new TextEncoder().encode('data: ä\n\n');
  expect(await read(bytes.slice(0, 7), bytes.slice(7))).toEqual([['message', 'ä']]);
});

test('several data lines are one text; CRLF works; what was cut off is dropped', async () => {
  expect(await read('data: a\r\ndata:b\r\n\r\ndata: cut')).toEqual([['message', 'a\nb']]);
});
