import { z } from 'zod';
import { ArtefactRef, change, Verdict } from '../../kit/index.ts';
import { PodRef } from './identity.ts';

/** Of `kind`: nanoseconds of CPU or of waiting, bytes in use, goroutines. */
const Place = z.object({
  /** As Go names it: `main.(*stock).reserve`. */
  function: z.string(),
  /** `stock.go:24`, where the profile tells. */
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
      /** `nanoseconds`, `bytes`, `count`. */
      unit: z.string(),
      total: z.number(),
      /** The program's own functions and libraries, each with what it and Go's own packages below it use; most first. */
      ownCode: z.array(Place),
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
};
