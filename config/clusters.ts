/** Which clusters there are, and how each is reached. */
import { z } from 'zod';
import type { ConfigProblem } from './config-error.ts';
import { Hosts } from './hosts.ts';
import { NAME, path, text } from './text.ts';

/** A name that goes into targets, workflow ids, operation ids and annotations. */
export const Name = z.string({ error: 'write a name like "production"' }).regex(NAME, {
  error: 'write 1 to 40 lower-case letters, digits and dashes, like "production"',
});

/** Where a pod finds its service account's token and the API server's certificate authority. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

const KubernetesAccess = z.union(
  [
    z.strictObject({
      kubeconfig: path('a kubeconfig file'),
      context: text('the name of a context').optional(),
    }),
    z.strictObject({
      /** The cluster that this process runs in, as the pod's service account. */
      inCluster: z.literal(true),
      /** The folder with `token` and `ca.crt`: another one for a second account, as a mounted Secret of type `kubernetes.io/service-account-token`. */
      serviceAccount: path('the folder with the token and ca.crt of a service account').default(
        SERVICE_ACCOUNT,
      ),
    }),
  ],
  { error: 'write { kubeconfig: "path", context: "name" }, or { inCluster: true } in a pod of that cluster' },
);
export type KubernetesAccess = z.output<typeof KubernetesAccess>;

const cluster = {
  read: KubernetesAccess,
  change: KubernetesAccess,
  probeImage: text('the image of probe pods'),
  /** Of debug containers and of debug pods on nodes; the probe pods' when left out. */
  debugImage: text('the image of debug containers').optional(),
  imagePullPolicy: z.enum(['IfNotPresent', 'Never']).default('IfNotPresent'),
  probeNamespace: text('the namespace of probe pods').default('default'),
};

/** The one cluster of a deployment; its hosts are written beside it. */
export const OneCluster = z.strictObject({ name: Name, ...cluster });

/** Several, by their names, each with its hosts. */
export const SeveralClusters = z
  .record(Name, z.strictObject({ ...cluster, hosts: Hosts.optional() }), {
    error: 'write { production: { read: …, change: …, probeImage: "…" }, staging: { … } }',
  })
  .refine((clusters) => Object.keys(clusters).length > 0, { error: 'name at least one cluster' });

/** One cluster as everything else sees it. */
export type Cluster = z.output<typeof OneCluster> & { readonly hosts?: z.output<typeof Hosts> | undefined };

interface Written {
  readonly cluster?: z.output<typeof OneCluster> | undefined;
  readonly clusters?: z.output<typeof SeveralClusters> | undefined;
  readonly defaultCluster?: string | undefined;
  readonly hosts?: z.output<typeof Hosts> | undefined;
}

/** All clusters that were written, the default first. */
export function clustersOf({ cluster, clusters, defaultCluster, hosts }: Written): Cluster[] {
  if (cluster) return [{ ...cluster, hosts }];
  const all = Object.entries(clusters ?? {}).map(([name, one]): Cluster => ({ name, ...one }));
  return all.sort((a, b) => Number(b.name === defaultCluster) - Number(a.name === defaultCluster));
}

/** What the fields say of one another. */
export function clusterProblems({ cluster, clusters, defaultCluster, hosts }: Written): ConfigProblem[] {
  const problem = (field: string, message: string): ConfigProblem => ({ field, message });
  if (!clusters)
    return defaultCluster === undefined
      ? []
      : [problem('defaultCluster', 'there are no `clusters` to choose it from; remove it')];
  const names = Object.keys(clusters);
  const listed = names.map((name) => `"${name}"`).join(' or ');
  return [
    ...(cluster ? [problem('cluster', 'write it into `clusters` under its name, or remove `clusters`')] : []),
    ...(hosts ? [problem('hosts', 'write them into the one of `clusters` whose nodes they are')] : []),
    ...(defaultCluster === undefined && names.length > 1
      ? [problem('defaultCluster', `write which cluster a step means that names none: ${listed}`)]
      : []),
    ...(defaultCluster !== undefined && !Object.hasOwn(clusters, defaultCluster)
      ? [problem('defaultCluster', `no cluster is called "${defaultCluster}"; write ${listed}`)]
      : []),
  ];
}
