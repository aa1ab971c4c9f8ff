/** IPv4 ranges as `10.0.0.0/8` or a bare address. */
export function rangesOverlap(one: string, other: string): boolean {
  const [a, b] = [parse(one), parse(other)];
  const shared = Math.min(a.bits, b.bits);
  const mask = shared === 0 ? 0 : (0xffffffff << (32 - shared)) >>> 0;
  return (a.address & mask) >>> 0 === (b.address & mask) >>> 0;
}

function parse(range: string): { address: number; bits: number } {
  const [address = '', bits = '32'] = range.split('/');
  const value = address.split('.').reduce((sum, part) => (sum * 256 + Number(part)) >>> 0, 0);
  return { address: value, bits: Number(bits) };
}
