import { z } from 'zod';
import { ArtefactRef, change, Verdict } from '../../kit/index.ts';
import { DEBUG_CONTAINER, ofProgram, Program } from './debugging.ts';
import { PodRef, Truncated } from './identity.ts';

const Place = z.object({
  /** As the language names it: `main.(*stock).reserve`, `find_duplicates`. */
  function: z.string(),
  /** `stock.go:24`, `/srv/orders.py:8`, where the profile tells. */
  at: z.string(),
  /** Of the whole, 0 to 1. */
  share: z.number(),
});

export const profiling = {
  profileGo: change({
    description:
      'Takes a pprof profile of a Go program through a forwarded port and says where its time goes.',
    as: 'kubectl port-forward POD 6060 & go tool pprof localhost:6060/debug/pprof/profile?seconds=5',
    rights: [{ in: 'namespace', may: { pods: ['get'], 'pods/portforward': ['get', 'create'] } }],
    risk: 'diagnostic',
    timeout: '90s',
    input: z.object({
      pod: PodRef,
      /** Where net/http/pprof listens. */
      port: z.number().int().min(1).max(65_535).default(6060),
      /** `mutex`: who keeps others waiting for a lock; `block`: who waits. Programs turn these two on for themselves. */
      kind: z.enum(['cpu', 'heap', 'goroutine', 'mutex', 'block']),
      /** How long `cpu`, `mutex` and `block` are measured. */
      seconds: z.number().int().min(1).max(30).default(5),
    }),
    /** `pass`: there is a profile with samples; `fail`: nothing answers there, or not with a profile; `unknown`: it has no sample. */
    output: Verdict.extend({
      /** Of `kind`: nanoseconds of CPU or of waiting, bytes in use, a count of goroutines. */
      unit: z.string(),
      total: z.number(),
      /** The program's own functions and libraries, each with what it and Go's own packages below it use; most first. */
      ownCode: z.array(Place),
      /** Of `goroutine`: how many wait for a connection of a pool, of database/sql or pgx. They are not in `ownCode`. */
      waiting: z.number().optional(),
      /** Functions by what they use themselves; most first. */
      top: z.array(Place),
      /** A picture of it, and what `go tool pprof` reads. */
      artefacts: z.array(ArtefactRef),
    }),
    preconditions: z.object({ uid: z.string() }),
    preimage: z.object({}),
    target: (i) => `pod/${i.pod.namespace}/${i.pod.name}`,
    summary: (i) => `Take a ${i.kind} profile of ${i.pod.name} at port ${i.port}`,
  }),
  profilePython: change({
    description:
      'Samples a Python program from a debug container, which changes nothing in it, and says in which of its functions its time goes.',
    as: 'kubectl debug POD --target=CONTAINER --profile=general --image=IMAGE -- py-spy record --pid 1 --nonblocking --format raw',
    rights: DEBUG_CONTAINER,
    risk: 'diagnostic',
    timeout: '150s',
    input: Program.extend({
      seconds: z.number().int().min(1).max(60).default(5),
      /** False: the program is stopped for each sample, which is exact, and `disruptive`. */
      nonblocking: z.boolean().default(true),
    }),
    /** `pass`: there are samples; `fail`: it is no Python program; `unknown`: it ran no Python meanwhile, or could not be looked at. */
    output: Verdict.extend({
      /** Samples, 100 in a second of each thread that runs Python. */
      total: z.number().int(),
      /** Threads that ran at any moment, on average: 1 is a busy thread, 0 a program that waits. At least, where it is truncated. */
      running: z.number(),
      /** From the outermost caller down for as long as most of the time goes one way. */
      hotPath: z.array(
        Place.extend({
          /** False for Python's own library and for installed packages. */
          own: z.boolean(),
        }),
      ),
      /** Functions of the program itself, each with what Python's library and installed packages below it use; most first. */
      ownCode: z.array(Place),
      /** Functions by what they use themselves; most first. */
      top: z.array(Place),
      truncated: Truncated,
      /** A flame graph, and the stacks as it is drawn from (folded: `caller;callee samples`). */
      artefacts: z.array(ArtefactRef),
    }),
    preconditions: ofProgram.preconditions,
    preimage: z.object({}),
    target: ofProgram.target,
    summary: (i) => `Sample the Python program of ${i.pod.name} for ${i.seconds} s`,
  }),
};
