import { z } from 'zod';
import { read, Verdict } from '../../kit/index.ts';
import { Address, HostName, Port } from './names.ts';

export const Connection = Verdict.extend({
  host: z.string(),
  address: z.string(),
  port: z.number().int(),
  outcome: z.enum(['connected', 'refused', 'timed-out', 'unreachable', 'no-such-name', 'not-tried']),
  milliseconds: z.number().int().nullable(),
});
export type Connection = z.output<typeof Connection>;

export const connectFromHost = read({
  description:
    'Does this host reach an address? A TCP connection is opened from it and closed again; nothing is sent.',
  as: 'nc -z -w 3 ADDRESS PORT',
  input: z.object({
    host: HostName,
    address: Address,
    port: Port,
    withinSeconds: z.number().int().min(1).max(10).default(3),
  }),
  output: Connection,
  timeout: '20s',
  summary: ({ host, address, port }) => `does ${host} reach ${address}:${port}?`,
});
