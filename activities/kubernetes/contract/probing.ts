import { z } from 'zod';
import { change, Verdict, type Rights } from '../../kit/index.ts';
import { Name, PodRef } from './identity.ts';

const Host = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9]([-A-Za-z0-9.:]*[A-Za-z0-9])?$/, 'must be an IP address or a host name');
const Port = z.number().int().min(1).max(65535);

const DnsName = z
  .string()
  .min(1)
  .max(253)
  .regex(
    /^[A-Za-z0-9_]([-A-Za-z0-9_]*)(\.[A-Za-z0-9_][-A-Za-z0-9_]*)*\.?$/,
    'must be a host name as DNS has it',
  );

/** Where a TCP connection is tried to. */
export const Connect = z.object({
  host: Host,
  port: Port,
  timeoutSeconds: z.number().int().min(1).max(30).default(3),
});
export type Connect = z.output<typeof Connect>;

/** `list` finds what a crash left behind. */
export const PROBE_POD: readonly Rights[] = [
  { in: 'cluster', may: { nodes: ['get'] } },
  { in: 'probes', may: { pods: ['get', 'list', 'create', 'delete'] } },
];

export const probing = {
  execInPod: change({
    description:
      'Runs a fixed connection probe (diagnostic) or any argv (disruptive) in a container that runs already.',
    as: 'kubectl exec POD -c CONTAINER -- nc ...',
    rights: [
      // An exec over a WebSocket is a GET; from Kubernetes 1.35 on it wants `create` as well.
      { in: 'namespace', may: { pods: ['get'], 'pods/exec': ['get', 'create'] } },
    ],
    risk: 'diagnostic',
    timeout: '60s',
    input: z
      .object({
        pod: PodRef,
        /** The only main container when left out. */
        container: z.string().optional(),
        /** The fixed probe: does a TCP connection from this pod come up? */
        connect: Connect.optional(),
        /** A free command, never a shell string; raises the risk to `disruptive`. */
        argv: z.array(z.string()).min(1).max(64).optional(),
        /** Bytes kept of each stream. */
        limitBytes: z.number().int().min(1).max(65_536).default(8_192),
      })
      .refine((i) => (i.connect === undefined) !== (i.argv === undefined), 'say either connect or argv'),
    /** `pass` for exit code 0, `fail` for another, `unknown` when the command could not be run. */
    output: Verdict.extend({
      container: z.string(),
      exitCode: z.number().int().nullable(),
      stdout: z.string(),
      stderr: z.string(),
      truncated: z.string().optional(),
    }),
    preconditions: z.object({ uid: z.string(), container: z.string() }),
    preimage: z.object({}),
    target: (i) => `pod/${i.pod.namespace}/${i.pod.name}`,
    summary: (i) =>
      i.connect
        ? `Connect from ${i.pod.name} to ${i.connect.host}:${i.connect.port}`
        : `Run ${JSON.stringify(i.argv)} in ${i.pod.name}`,
  }),
  probeFromNode: change({
    description: 'Tries a TCP connection from a node, in a small pod pinned to it that is always removed.',
    as: 'kubectl run debug-net --rm --overrides \'{"spec":{"nodeName":"NODE"}}\' -- nc -zv HOST PORT',
    rights: PROBE_POD,
    risk: 'diagnostic',
    timeout: '90s',
    input: z.object({ node: Name, connect: Connect }),
    /** `pass`: connected; `fail`: did not; `unknown`: the probe pod could not be run there, or its image has no program for it. */
    output: Verdict.extend({
      node: z.string(),
      pod: z.string(),
      exitCode: z.number().int().nullable(),
      output: z.string(),
    }),
    preconditions: z.object({ nodeUid: z.string() }),
    preimage: z.object({}),
    target: (i) => `node/${i.node}`,
    summary: (i) => `Connect from ${i.node} to ${i.connect.host}:${i.connect.port}`,
  }),
  lookUpFromNode: change({
    description:
      'Looks a name up at a DNS server from a node, in a small pod pinned to it that is always removed.',
    as: 'kubectl run debug-net --rm --overrides \'{"spec":{"nodeName":"NODE"}}\' -- nslookup -type=a NAME SERVER',
    rights: PROBE_POD,
    risk: 'diagnostic',
    timeout: '90s',
    input: z.object({
      node: Name,
      /** Complete, as no search list is applied. */
      name: DnsName,
      /** The address of the server. */
      server: Host,
      timeoutSeconds: z.number().int().min(1).max(30).default(5),
    }),
    /** `pass`: an address; `fail`: anything else that was heard, or silence; `unknown`: the lookup could not be run there. */
    output: Verdict.extend({
      node: z.string(),
      /** `nxdomain`: the server answers that there is no such name; `failed`: SERVFAIL or REFUSED; `silent`: nothing came; `none`: no lookup was made, or it ended in a way that says nothing. */
      answer: z.enum(['address', 'nxdomain', 'failed', 'silent', 'none']),
      addresses: z.array(z.string()),
    }),
    preconditions: z.object({ nodeUid: z.string() }),
    preimage: z.object({}),
    target: (i) => `node/${i.node}`,
    summary: (i) => `Look up ${i.name} at ${i.server} from ${i.node}`,
  }),
};
