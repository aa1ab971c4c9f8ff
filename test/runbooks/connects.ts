import type { z } from 'zod';
import type { kubernetes } from '../../activities/kubernetes/contract.ts';

type Connects = z.output<(typeof kubernetes.traceConnects)['contract']['output']>;
type Syscalls = z.output<(typeof kubernetes.profileSyscalls)['contract']['output']>;

/** A program that tries 10.96.45.21 without end, and reaches something else. */
export const connects: Connects = {
  verdict: 'fail',
  reason: 'a never reached 10.96.45.21:5432 in 4 tries: no answer (4)',
  peers: [
    { to: '10.96.45.21:5432', tries: 4, connected: 0, failed: { 'no answer': 4 } },
    { to: '10.96.0.10:80', tries: 1, connected: 1, failed: {} },
  ],
  artefacts: [],
};

export const syscalls: Syscalls = {
  verdict: 'pass',
  reason: '9 system calls in 5 s, 4 failed; most of the time in connect (4 calls, 4.9 s)',
  calls: 9,
  errors: 4,
  syscalls: [{ name: 'connect', calls: 4, errors: 4, seconds: 4.9, share: 1 }],
  artefacts: [],
};

/** What a release changed: the address of the database. */
export const databaseChanged = (before: string | null, after: string) => ({
  path: 'spec.template.spec.containers[name=main].env[name=DATABASE].value',
  ...{ before, after },
});
