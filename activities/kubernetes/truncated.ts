/** The sentence of a bounded list: says what it leaves out, or nothing when it is whole. */
export function truncation(o: {
  readonly kept: number;
  readonly of: number;
  /** The server had more than was read, so that `of` is a lower bound. */
  readonly more?: boolean;
  readonly what: string;
}): { truncated?: string } {
  if (o.kept >= o.of && !o.more) return {};
  return { truncated: `${o.kept} of ${o.of}${o.more ? ' or more' : ''} ${o.what} are shown` };
}
