import { stat } from 'node:fs/promises';
import type { Config } from '../../config/index.ts';
import { resolveBinary } from '../../embedded/binaries/index.ts';
import { cacheEntry } from '../../embedded/binaries/cache.ts';
import { BINARIES } from '../../embedded/binaries/catalogue.ts';
import { findOnPath, isExecutable } from '../../embedded/binaries/find.ts';
import { run } from '../../embedded/command.ts';
import { directories } from '../../embedded/paths.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

const WITHIN_MS = 15_000;

/** Whether the cluster answers with each of the two kubeconfigs; asked by kubectl where there is one. */
export async function cluster(
  { cluster: c }: Pick<Config, 'cluster'>,
  env: NodeJS.ProcessEnv,
): Promise<readonly Finding[]> {
  if (!c)
    return [
      warn(
        'cluster',
        'none is configured',
        'add cluster to nightshift.config.ts, or use "nightshift up --lab"',
      ),
    ];
  if (!(await hasKubectl(env)))
    return [warn('cluster', 'kubectl is not here, so it was not asked', 'install kubectl')];
  const kubectl = await resolveBinary('kubectl', { env });
  return Promise.all(
    (['read', 'change'] as const).map(async (use) => {
      const { kubeconfig, context } = c[use];
      const args = [
        '--kubeconfig',
        kubeconfig,
        ...(context ? ['--context', context] : []),
        '--request-timeout=10s',
      ];
      const name = `cluster (${use})`;
      try {
        await run(kubectl, [...args, 'get', '--raw', '/version'], { timeoutMs: WITHIN_MS });
        return ok(name, `${c.name} answers`);
      } catch (error) {
        const [, why = (error as Error).message] = (error as Error).message.split(':\n');
        return fail(name, `${c.name}: ${why}`, `try: kubectl ${args.join(' ')} get --raw /version`);
      }
    }),
  );
}

async function hasKubectl(env: NodeJS.ProcessEnv): Promise<boolean> {
  const onPath = await findOnPath('kubectl', env);
  if ('path' in onPath) return true;
  return isExecutable(
    cacheEntry(directories(env).cache, { name: 'kubectl', version: BINARIES.kubectl.version }),
  );
}

/** Every configured host must have a key that is known, because an unknown one is refused. */
export async function hostKeys({ hosts }: Pick<Config, 'hosts'>): Promise<readonly Finding[]> {
  if (!hosts)
    return [
      warn('SSH', 'no hosts are configured', 'add hosts to nightshift.config.ts when runbooks look at hosts'),
    ];
  const { knownHostsFile, port = 22, addresses, sshConfigFile } = hosts;
  const files = knownHostsFile === undefined ? [] : [knownHostsFile].flat();
  const missing = await Promise.all([
    ...files.map((file) =>
      absent(file, 'write known hosts from keys that you trust, not from ssh-keyscan over the same network'),
    ),
    ...(sshConfigFile ? [absent(sshConfigFile, 'write it, or correct hosts.sshConfigFile')] : []),
  ]);
  if (missing.flat().length > 0) return missing.flat();
  const known = files.length > 0 ? Object.entries(addresses) : [];
  const findings = await Promise.all(known.map(([host, address]) => hostKey({ host, address, port, files })));
  const named = [hosts.read, hosts.change].flatMap((access) => access?.identityFile ?? []);
  const keys = await Promise.all(named.map(identity));
  const unknown = [...findings, ...keys].flat();
  return unknown.length > 0
    ? unknown
    : [
        ok(
          'SSH',
          sshConfigFile === undefined
            ? `${known.length} hosts with known keys; both identities are there`
            : `hosts as ${sshConfigFile} says; "nightshift host check HOST" goes there`,
        ),
      ];
}

const absent = async (file: string, remedy: string): Promise<Finding[]> =>
  (await stat(file).catch(() => undefined)) ? [] : [fail('SSH', `${file} does not exist`, remedy)];

async function hostKey(h: {
  host: string;
  address: string;
  port: number;
  files: readonly string[];
}): Promise<Finding[]> {
  const names = [h.host, h.address].flatMap((name) => (h.port === 22 ? [name] : [`[${name}]:${h.port}`]));
  for (const file of h.files) {
    for (const name of names) {
      const found = await run('ssh-keygen', ['-F', name, '-f', file], { timeoutMs: WITHIN_MS }).then(
        ({ stdout }) => stdout.trim() !== '',
        () => false,
      );
      if (found) return [];
    }
  }
  return [
    fail(
      'SSH',
      `${h.host} (${h.address}) has no key in ${h.files.join(' or ')}`,
      `add its key; on the host: cat /etc/ssh/ssh_host_ed25519_key.pub`,
    ),
  ];
}

async function identity(file: string): Promise<Finding[]> {
  const found = await stat(file).catch(() => undefined);
  if (!found)
    return [
      fail(
        'SSH',
        `${file} does not exist`,
        'make the key pair with ssh-keygen, and "nightshift host install"',
      ),
    ];
  return (found.mode & 0o077) !== 0
    ? [fail('SSH', `${file} is open to other users`, `chmod 600 ${file}`)]
    : [];
}
