import type { Recorded } from '../program/operation.ts';
import { quantity } from '../systemd/show.ts';

/** What an operation that made room says of it. */
export const freedOf = ({ facts, answer }: Extract<Recorded, { state: 'applied' }>) => ({
  hostTime: answer.hostTime.toISOString(),
  freedBytes: quantity(facts['freed-bytes']),
});
