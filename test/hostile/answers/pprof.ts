/** A profile of two functions as the format has it (github.com/google/pprof/proto/profile.proto), not gzipped. */

export const NAMES: readonly string[] = [
  ...['', 'goroutine', 'count', 'main.work', 'main.inner', '/src/stock.go'],
];

/** `names`: its table of texts, in the order of `NAMES`. `figure`: of each sample. */
export function pprof(names: readonly string[] = NAMES, figure = 70n): Buffer {
  const line = (func: bigint, at: bigint) => bytes(4, number(1, func), number(2, at));
  return Buffer.concat([
    bytes(1, number(1, 1n), number(2, 2n)),
    bytes(2, bytes(1, varint(2n), varint(1n)), bytes(2, varint(figure))),
    bytes(2, bytes(1, varint(1n)), bytes(2, varint(figure))),
    bytes(4, number(1, 1n), number(3, 4_096n), line(1n, 24n)),
    bytes(4, number(1, 2n), line(2n, 9n), line(1n, 25n)),
    bytes(5, number(1, 1n), number(2, 3n), number(4, 5n)),
    bytes(5, number(1, 2n), number(2, 4n), number(4, 5n)),
    ...names.map((name) => bytes(6, Buffer.from(name))),
  ]);
}

function varint(value: bigint): Buffer {
  const out: number[] = [];
  let left = BigInt.asUintN(64, value);
  do {
    const low = Number(left & 127n);
    left >>= 7n;
    out.push(left > 0n ? low | 128 : low);
  } while (left > 0n);
  return Buffer.from(out);
}

const number = (field: number, value: bigint) => Buffer.concat([varint(BigInt(field << 3)), varint(value)]);

function bytes(field: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([varint(BigInt((field << 3) | 2)), varint(BigInt(content.length)), content]);
}
