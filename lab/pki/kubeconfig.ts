import { readFile, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import type { KeyPairFiles } from './certificate-authority.ts';

export type Credential = { readonly keyPair: KeyPairFiles } | { readonly token: string };

/** Writes a kubeconfig that carries everything in itself, so that it can be copied into a node or to another folder. */
export async function writeKubeconfig(
  file: string,
  facts: { server: string; certificateAuthority: string; user: string; credential: Credential },
): Promise<string> {
  const base64 = async (path: string): Promise<string> => (await readFile(path)).toString('base64');
  const { credential } = facts;
  const user =
    'token' in credential
      ? { token: credential.token }
      : {
          'client-certificate-data': await base64(credential.keyPair.certificate),
          'client-key-data': await base64(credential.keyPair.key),
        };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'lab',
        cluster: {
          server: facts.server,
          'certificate-authority-data': await base64(facts.certificateAuthority),
        },
      },
    ],
    users: [{ name: facts.user, user }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: facts.user } }],
    'current-context': 'lab',
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
  return file;
}
