import { parse } from 'yaml';
import { z } from 'zod';
import { createClusterApi, type ClusterApi } from './cluster-api.ts';

const Kubeconfig = z.object({
  clusters: z.tuple([
    z.object({ cluster: z.object({ server: z.string(), 'certificate-authority-data': z.string() }) }),
  ]),
  users: z.tuple([
    z.object({
      user: z.union([
        z.object({ token: z.string() }),
        z.object({ 'client-certificate-data': z.string(), 'client-key-data': z.string() }),
      ]),
    }),
  ]),
});

/** Connects with a kubeconfig that the lab wrote. */
export function apiFromKubeconfig(text: string): ClusterApi {
  const { clusters, users } = Kubeconfig.parse(parse(text));
  const { server, 'certificate-authority-data': authority } = clusters[0].cluster;
  const { user } = users[0];
  const decode = (data: string): Buffer => Buffer.from(data, 'base64');
  return createClusterApi({
    server,
    certificateAuthority: decode(authority),
    credential:
      'token' in user
        ? { token: user.token }
        : { certificate: decode(user['client-certificate-data']), key: decode(user['client-key-data']) },
  });
}

/** The token of a service account's kubeconfig. */
export function tokenOf(text: string): string {
  const { user } = Kubeconfig.parse(parse(text)).users[0];
  if (!('token' in user)) throw new Error('this kubeconfig has a client certificate and no token');
  return user.token;
}
