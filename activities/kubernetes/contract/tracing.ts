import { z } from 'zod';
import { ArtefactRef, change, Verdict } from '../../kit/index.ts';
import { DEBUG_CONTAINER, ofProgram, Program } from './debugging.ts';
import { Truncated } from './identity.ts';

/** strace stops the program at every system call, so it is short. */
const Traced = Program.extend({ seconds: z.number().int().min(1).max(30).default(5) });

const Syscall = z.object({
  name: z.string(),
  calls: z.number().int(),
  errors: z.number().int(),
  /** From call to return, waiting included; of all threads together. */
  seconds: z.number(),
  /** Of the seconds of all of them, 0 to 1. */
  share: z.number(),
});

const Peer = z.object({
  /** `10.96.45.12:5432`, `[fd00::1]:443`, `unix:/run/x.sock`. */
  to: z.string(),
  /** Those whose end was seen. */
  tries: z.number().int(),
  /** How many came up. */
  connected: z.number().int(),
  /** Of the others: the error as the kernel names it, or `no answer`, with how many. */
  failed: z.record(z.string(), z.number().int()),
});

const Open = Peer.pick({ to: true }).extend({ connects: z.number().int() });

export const tracing = {
  profileSyscalls: change({
    description:
      'Counts the system calls of a program from a debug container: how many, how many failed, how long they took.',
    as: 'kubectl debug POD --target=CONTAINER --profile=general --image=IMAGE -- timeout 5 strace -c -w -f -p 1',
    rights: DEBUG_CONTAINER,
    risk: 'disruptive',
    timeout: '120s',
    input: Traced,
    /** `pass`: they were counted; `unknown`: none ended meanwhile, or the program could not be traced. */
    output: Verdict.extend({
      calls: z.number().int(),
      errors: z.number().int(),
      /** The one that took longest is first. */
      syscalls: z.array(Syscall),
      truncated: Truncated,
      /** What strace wrote. */
      artefacts: z.array(ArtefactRef),
    }),
    preconditions: ofProgram.preconditions,
    preimage: z.object({}),
    target: ofProgram.target,
    summary: (i) => `Count the system calls of ${i.pod.name} for ${i.seconds} s (strace)`,
  }),
  traceConnects: change({
    description:
      'Says where a program connects to, and what comes of it, from a debug container. Shows addresses, never what is sent.',
    as: 'kubectl debug POD --target=CONTAINER --profile=general --image=IMAGE -- timeout 5 strace -f -e trace=connect,getsockopt -p 1',
    rights: DEBUG_CONTAINER,
    risk: 'disruptive',
    timeout: '120s',
    input: Traced,
    /** `pass`: every address was reached at least once; `fail`: one was not; `unknown`: no connect ended, or the program could not be traced. */
    output: Verdict.extend({
      /** By address, TCP and local sockets; those never reached first, then those with most failures. */
      peers: z.array(Peer),
      /** Still under way when the trace ended, which says nothing of the address; absent where there is none. */
      open: z.array(Open).optional(),
      truncated: Truncated,
      /** What strace wrote. */
      artefacts: z.array(ArtefactRef),
    }),
    preconditions: ofProgram.preconditions,
    preimage: z.object({}),
    target: ofProgram.target,
    summary: (i) => `Watch where ${i.pod.name} connects to for ${i.seconds} s (strace)`,
  }),
};
