import { z } from 'zod';
import { read } from '../../kit/index.ts';
import { HostName, Port, Time } from './names.ts';

const Count = z.number().int().nonnegative();
const Owner = z
  .object({ name: z.string(), pid: z.number().int() })
  .nullable()
  .describe('the process; null for the kernel, and for one in a namespace of its own');

export const Sockets = z.object({
  host: z.string(),
  hostTime: Time,
  /** TCP sockets in each state, as ss names it: ESTAB, TIME-WAIT, SYN-SENT, CLOSE-WAIT, ... The most first. */
  states: z.array(z.object({ state: z.string(), count: Count })),
  udp: Count,
  listening: z.array(
    z.object({
      protocol: z.enum(['tcp', 'udp']),
      address: z.string(),
      port: Port,
      /** Connections (of UDP: bytes) that the program has not taken yet. */
      queued: Count,
      /** How many may wait; `null` of UDP. One more is dropped, and clients time out. */
      backlog: Count.nullable(),
      owner: Owner,
    }),
  ),
  /** TCP connections with the peer or port that was asked for; empty when neither was. */
  connections: z.array(
    z.object({
      state: z.string(),
      local: z.string(),
      peer: z.string(),
      /** Bytes that the program has not read, and that the peer has not acknowledged. */
      receiveQueue: Count,
      sendQueue: Count,
      owner: Owner,
    }),
  ),
  /** Of them; more than are listed when the list was cut. */
  matched: Count,
});
export type Sockets = z.output<typeof Sockets>;

export const sockets = read({
  description:
    "A host's sockets: how many are in which state, who listens with how long a queue, and the TCP connections with one peer or port.",
  as: 'ss -s; ss -tulnp; ss -tanp dst ADDRESS',
  input: z.object({
    host: HostName,
    peer: z.union([z.ipv4(), z.ipv6()], { error: 'is not an address' }).optional(),
    /** On either side. */
    port: Port.optional(),
  }),
  output: Sockets,
  timeout: '20s',
  summary: ({ host, peer, port }) =>
    `sockets of ${host}${peer ? ` with ${peer}` : ''}${port ? ` at port ${port}` : ''}`,
});
