import { z } from 'zod';
import { ArtefactRef, change, Verdict, type Rights } from '../../kit/index.ts';
import { Name, PodRef, Truncated } from './identity.ts';
import { PROBE_POD } from './probing.ts';

/** The rights of a debug container, named and given as by `kubectl debug --profile`. */
export const DebugProfile = z.enum(['general', 'sysadmin', 'netadmin']);
export type DebugProfile = z.output<typeof DebugProfile>;

/** What a debug container runs, and how long and how much of it is waited for and kept. */
const Debug = z.object({
  /** Never a shell string. */
  argv: z.array(z.string()).min(1).max(64),
  profile: DebugProfile.default('general'),
  /** The command is ended after this many seconds, also when nobody is left to wait for it. */
  timeoutSeconds: z.number().int().min(1).max(120).default(30),
  /** Bytes of its output in the result; what is longer becomes an artefact. */
  limitBytes: z.number().int().min(1).max(65_536).default(16_384),
});

/** `pass` for exit code 0, `fail` for another or when its time was up, `unknown` when it could not be started. */
const Ran = Verdict.extend({
  exitCode: z.number().int().nullable(),
  /** Both streams, in the order in which they were written. */
  output: z.string(),
  truncated: Truncated,
  /** All of it, where it was cut. */
  artefact: ArtefactRef.optional(),
});

/** What adding a debug container and reading its output needs. */
export const DEBUG_CONTAINER: readonly Rights[] = [
  {
    in: 'namespace',
    may: { pods: ['get'], 'pods/log': ['get'], 'pods/ephemeralcontainers': ['patch'] },
  },
];

/** A program in a pod that is looked at from a debug container. */
export const Program = z.object({
  pod: PodRef,
  /** The only main container when left out. */
  container: z.string().optional(),
  /** As the container counts its processes: 1 is what it was started with. */
  pid: z.number().int().min(1).default(1),
});

/** What changes that look at a program have in common. */
export const ofProgram = {
  preconditions: z.object({ uid: z.string(), container: z.string(), targetId: z.string().nullable() }),
  target: (i: z.output<typeof Program>) => `pod/${i.pod.namespace}/${i.pod.name}` as const,
};

export const debugging = {
  portForward: change({
    description: 'Gets an HTTP path of a pod through a port that is forwarded for the length of the step.',
    as: 'kubectl port-forward POD 6060 & curl localhost:6060/metrics',
    rights: [{ in: 'namespace', may: { pods: ['get'], 'pods/portforward': ['get', 'create'] } }],
    risk: 'diagnostic',
    timeout: '90s',
    input: z.object({
      pod: PodRef,
      port: z.number().int().min(1).max(65_535),
      path: z
        .string()
        .max(2_048)
        .regex(/^\/[!-~]*$/, 'must be a path like /metrics, without spaces')
        .default('/'),
      timeoutSeconds: z.number().int().min(1).max(60).default(10),
      /** Bytes of the answer in the result; what is longer becomes an artefact. */
      limitBytes: z.number().int().min(1).max(262_144).default(65_536),
    }),
    /** `pass`: a status below 400; `fail`: another, or nothing listens there. */
    output: Verdict.extend({
      status: z.number().int().nullable(),
      contentType: z.string(),
      body: z.string(),
      truncated: Truncated,
      /** All of it, where it was cut. */
      artefact: ArtefactRef.optional(),
    }),
    preconditions: z.object({ uid: z.string() }),
    preimage: z.object({}),
    target: (i) => `pod/${i.pod.namespace}/${i.pod.name}`,
    summary: (i) => `Get ${i.path} from port ${i.port} of ${i.pod.name}`,
  }),
  debugContainer: change({
    description:
      'Runs an argv in a debug container that is added to a pod. It cannot be removed; it ends by itself.',
    as: 'kubectl debug POD --target=CONTAINER --profile=general --image=IMAGE -- ARGV',
    rights: DEBUG_CONTAINER,
    risk: 'disruptive',
    timeout: '190s',
    input: Debug.extend({
      pod: PodRef,
      /** The container whose processes it sees; it sees only its own when left out. */
      target: z.string().optional(),
    }),
    output: Ran.extend({ container: z.string() }),
    preconditions: z.object({ uid: z.string(), targetId: z.string().nullable() }),
    preimage: z.object({}),
    target: (i) => `pod/${i.pod.namespace}/${i.pod.name}`,
    summary: (i) =>
      `Run ${JSON.stringify(i.argv)} in a debug container of ${i.pod.name}${i.target ? ` beside ${i.target}` : ''}`,
  }),
  nodeDebug: change({
    description:
      'Runs an argv on a node, in a pod with the node’s network, processes and (general, sysadmin) file system at /host, that is always removed.',
    as: 'kubectl debug node/NODE --profile=general --image=IMAGE -- ARGV',
    rights: [...PROBE_POD, { in: 'probes', may: { 'pods/log': ['get'] } }],
    risk: 'disruptive',
    timeout: '190s',
    input: Debug.extend({ node: Name }),
    output: Ran.extend({ node: z.string(), pod: z.string() }),
    preconditions: z.object({ nodeUid: z.string() }),
    preimage: z.object({}),
    target: (i) => `node/${i.node}`,
    summary: (i) => `Run ${JSON.stringify(i.argv)} on ${i.node} in a debug pod`,
  }),
};
