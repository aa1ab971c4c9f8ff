/**
 * The user of a kubeconfig whose credentials change while a worker runs. The library knows no token file, and calls a
 * credential program for every request that comes meanwhile and believes it until its end; so both are done here, and
 * the library is handed what came of it. Files of client certificates it reads for every request itself.
 */
import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { KubeConfig, User } from '@kubernetes/client-node';
import { createExecPlugin, type ExecConfig, type ExecCredential } from './exec-plugin.ts';

export interface RenewedUser<Shown> {
  /** Brings the library's user up to date; what it will show. */
  refresh(): Promise<Shown>;
  /** The API server did not take what it was shown: whether there may be something else to show. */
  refused(shown: Shown): boolean;
}

/** A user as the kubeconfig has it. */
export interface RawUser {
  readonly tokenFile?: string;
  readonly exec?: ExecConfig | null;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** `directory`: that of the kubeconfig, from which its paths count. */
export function renewedUser(config: KubeConfig, raw: RawUser, directory: string): RenewedUser<unknown> {
  const user: Writable<User> | null = config.getCurrentUser();
  if (user && raw.exec) return withProgram({ config, user, exec: raw.exec, directory });
  if (user && raw.tokenFile) return withTokenFile(user, inFolder(raw.tokenFile, directory));
  return { refresh: async () => undefined, refused: () => false };
}

/** Its owner writes a new token into it before the old one ends. */
function withTokenFile(user: Writable<User>, file: string): RenewedUser<string> {
  const read = () => readFileSync(file, 'utf8').trim();
  return {
    refresh: async () => (user.token = read()),
    refused: (shown) => read() !== shown,
  };
}

function withProgram(o: {
  readonly config: KubeConfig;
  readonly user: Writable<User>;
  readonly exec: ExecConfig;
  readonly directory: string;
}): RenewedUser<ExecCredential> {
  const { user, exec, directory } = o;
  const { server, caData, tlsServerName, skipTLSVerify } = o.config.getCurrentCluster()!;
  const plugin = createExecPlugin(exec, {
    directory,
    cluster: {
      server,
      'certificate-authority-data': caData,
      'tls-server-name': tlsServerName,
      'insecure-skip-tls-verify': skipTLSVerify,
    },
  });
  delete user.exec;
  return {
    async refresh() {
      const credential = await plugin.credential();
      const { token, clientCertificateData: certificate, clientKeyData: key } = credential;
      if (token) user.token = token;
      else delete user.token;
      if (certificate && key) {
        user.certData = Buffer.from(certificate).toString('base64');
        user.keyData = Buffer.from(key).toString('base64');
      }
      return credential;
    },
    refused(credential) {
      plugin.refused(credential);
      return true;
    },
  };
}

const inFolder = (path: string, directory: string) => (isAbsolute(path) ? path : join(directory, path));
