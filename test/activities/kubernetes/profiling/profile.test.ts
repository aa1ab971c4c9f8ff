import { expect, test } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { escaped } from '../../../../activities/kit/index.ts';
import { flameGraph } from '../../../../activities/kubernetes/profiling/flame-graph.ts';
import { readPprof, type Stack } from '../../../../activities/kubernetes/profiling/pprof.ts';
import {
  isOfGo,
  ownCode,
  topFrames,
  waitsForConnection,
} from '../../../../activities/kubernetes/profiling/top-frames.ts';

const stack = (value: number, ...names: string[]): Stack => ({
  value,
  frames: names.map((name) => ({ function: name, at: `${name}.go:1` })),
});

/** A protobuf field of bytes, or of a number below 128, as the wire has it. */
const bytes = (field: number, content: Buffer | string) => {
  const body = Buffer.from(content);
  return Buffer.concat([Buffer.of((field << 3) | 2, body.length), body]);
};
const number = (field: number, value: number) => Buffer.of(field << 3, value);

/** Two sample types; main.work calls, inlined, main.inner; the strings are in the order of their numbers. */
const profile = gzipSync(
  Buffer.concat([
    bytes(1, Buffer.concat([number(1, 1), number(2, 2)])),
    bytes(1, Buffer.concat([number(1, 3), number(2, 4)])),
    bytes(2, Buffer.concat([bytes(1, Buffer.of(2, 1)), bytes(2, Buffer.of(7, 70))])),
    bytes(3, number(1, 1)),
    bytes(4, Buffer.concat([number(1, 1), bytes(4, Buffer.concat([number(1, 1), number(2, 24)]))])),
    bytes(
      4,
      Buffer.concat([
        number(1, 2),
        bytes(4, Buffer.concat([number(1, 2), number(2, 9)])),
        bytes(4, Buffer.concat([number(1, 1), number(2, 25)])),
      ]),
    ),
    bytes(5, Buffer.concat([number(1, 1), number(2, 5), number(4, 7)])),
    bytes(5, Buffer.concat([number(1, 2), number(2, 6), number(4, 7)])),
    ...['', 'samples', 'count', 'cpu', 'nanoseconds', 'main.work', 'main.inner', '/src/stock.go'].map(
      (text) => bytes(6, text),
    ),
  ]),
);

test('a profile is read as the format says: leaf first, inlined functions, the last sample type', () => {
  expect(readPprof(profile)).toEqual({
    unit: 'nanoseconds',
    stacks: [
      {
        value: 70,
        frames: [
          { function: 'main.work', at: 'stock.go:24' },
          { function: 'main.work', at: 'stock.go:25' },
          { function: 'main.inner', at: 'stock.go:9' },
        ],
      },
    ],
  });
});

test('what is no profile says so; a bomb is not unpacked', () => {
  expect(() => readPprof(Buffer.from('404 page not found'))).toThrow(/incorrect header/);
  expect(() => readPprof(gzipSync(Buffer.from('not a protobuf')))).toThrow();
  expect(() => readPprof(gzipSync(Buffer.alloc(9 * 1024 * 1024)))).toThrow(/larger than/);
});

test('a long location that is named again and again is not followed without end', () => {
  const long = (field: number, content: Buffer) => {
    const length = [0, 7, 14].map((shift) => ((content.length >> shift) & 127) | (shift < 14 ? 128 : 0));
    return Buffer.concat([Buffer.of((field << 3) | 2, ...length), content]);
  };
  const lines = Buffer.concat(Array.from({ length: 3_000 }, () => bytes(4, number(1, 1))));
  const bomb = Buffer.concat([
    bytes(1, Buffer.concat([number(1, 1), number(2, 1)])),
    long(2, Buffer.concat([long(1, Buffer.alloc(2_000, 1)), bytes(2, Buffer.of(1))])),
    long(4, Buffer.concat([number(1, 1), lines])),
    bytes(6, ''),
    bytes(6, 'x'),
  ]);
  expect(() => readPprof(gzipSync(bomb))).toThrow('its stacks have more than 5,000,000 frames');
});

test('what Go’s packages use is counted for whose code called them', () => {
  const stacks = [
    stack(60, 'net/http.(*conn).serve', 'main.(*stock).reserve', 'sync.(*Mutex).Unlock'),
    stack(30, 'main.main', 'github.com/lib/pq.(*conn).Query', 'syscall.Read'),
    stack(10, 'runtime.goexit', 'runtime.gcBgMarkWorker'),
  ];
  expect(ownCode(stacks, isOfGo).map(({ function: name, share }) => [name, share])).toEqual([
    ['main.(*stock).reserve', 0.6],
    ['github.com/lib/pq.(*conn).Query', 0.3],
  ]);
  expect(topFrames(stacks)[0]).toEqual({
    function: 'sync.(*Mutex).Unlock',
    at: 'sync.(*Mutex).Unlock.go:1',
    share: 0.6,
  });
});

test('who waits for a connection is told by the stack, and is not counted for who called', () => {
  const query = ['database/sql.(*DB).QueryContext', 'database/sql.(*DB).query'];
  const waits = stack(40, 'main.getOrder', ...query, 'database/sql.(*DB).conn');
  const reads = stack(8, 'main.getOrder', ...query, 'github.com/lib/pq.(*conn).recv', 'net.(*conn).Read');
  expect(ownCode([waits, reads], isOfGo, waitsForConnection)).toEqual([
    expect.objectContaining({ function: 'github.com/lib/pq.(*conn).recv', share: 0.167 }),
  ]);
  for (const name of [
    'github.com/jackc/puddle/v2.(*Pool[...]).acquire',
    'github.com/jackc/pgx/v5/pgxpool.(*Pool).Acquire',
  ])
    expect(waitsForConnection(stack(1, 'main.getOrder', name, 'runtime.gopark'))).toBe(true);
  for (const name of ['main.(*pool).take', 'database/sql.(*DB).connectionOpener', 'main.(*Pool).AcquireAll'])
    expect(waitsForConnection(stack(1, name))).toBe(false);
});

test('a flame graph is text and boxes only, whatever a function is called', () => {
  const nasty = '<script>alert("1")</script>\u0000\u202e&\'';
  const svg = flameGraph([stack(3, 'main.main', nasty), stack(1, 'main.main')], {
    title: 'cpu of <b>api</b>',
    unit: 'count',
  });
  expect(svg).not.toMatch(/<script|<b>|\0|\u202e|href|onload|<style/);
  expect(svg).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;: 75.0%, 3 count');
  expect([...svg.matchAll(/<rect x="([\d.]+)" y="\d+" width="([\d.]+)"/g)].map(([, x, w]) => [x, w])).toEqual(
    [
      ['0.00', '1199.50'],
      ['0.00', '1199.50'],
      ['0.00', '899.50'],
    ],
  );
  expect(escaped('ä\ud800𝒳')).toBe('ä𝒳');
});
