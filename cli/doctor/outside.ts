import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubeconfigOf, type Config } from '../../config/index.ts';
import { resolveBinary } from '../../embedded/binaries/index.ts';
import { cacheEntry } from '../../embedded/binaries/cache.ts';
import { BINARIES } from '../../embedded/binaries/catalogue.ts';
import { findOnPath, isExecutable } from '../../embedded/binaries/find.ts';
import { run } from '../../embedded/command.ts';
import { directories } from '../../embedded/paths.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

const WITHIN_MS = 15_000;

/** Whether each cluster answers with each of its two accounts; asked by kubectl where there is one. */
export async function clusters(
  { clusters: configured }: Pick<Config, 'clusters'>,
  env: NodeJS.ProcessEnv,
): Promise<readonly Finding[]> {
  if (configured.length === 0)
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
    configured.flatMap((cluster) =>
      (['read', 'change'] as const).map((use) => answers(kubectl, { cluster, use, env })),
    ),
  );
}

async function answers(
  kubectl: string,
  o: { cluster: Config['clusters'][number]; use: 'read' | 'change'; env: NodeJS.ProcessEnv },
): Promise<Finding> {
  const { name } = o.cluster;
  const check = `cluster (${o.use})`;
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-doctor-'));
  try {
    const access = o.cluster[o.use];
    const { kubeconfig: given, context } = kubeconfigOf(access, o.env);
    const kubeconfig = typeof given === 'string' ? given : join(folder, 'kubeconfig');
    // It names the token's file; the token itself is not in it.
    if (typeof given !== 'string') await writeFile(kubeconfig, JSON.stringify(given), { mode: 0o600 });
    const args = [
      '--kubeconfig',
      kubeconfig,
      ...(context ? ['--context', context] : []),
      '--request-timeout=10s',
    ];
    try {
      await run(kubectl, [...args, 'get', '--raw', '/version'], { timeoutMs: WITHIN_MS });
      return ok(check, `${name} answers`);
    } catch (error) {
      const [, why = (error as Error).message] = (error as Error).message.split(':\n');
      const remedy =
        'inCluster' in access
          ? `look at ${access.serviceAccount}: it must hold token and ca.crt, and its account must be allowed to reach the API`
          : `try: kubectl ${args.join(' ')} get --raw /version`;
      return fail(check, `${name}: ${why}`, remedy);
    }
  } catch (error) {
    return fail(check, `${name}: ${(error as Error).message}`, 'correct it in nightshift.config.ts');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function hasKubectl(env: NodeJS.ProcessEnv): Promise<boolean> {
  const onPath = await findOnPath('kubectl', env);
  if ('path' in onPath) return true;
  return isExecutable(
    cacheEntry(directories(env).cache, { name: 'kubectl', version: BINARIES.kubectl.version }),
  );
}

/** Every configured host of every cluster must have a key that is known, because an unknown one is refused. */
export async function hostKeys({
  hosts,
  clusters: all,
}: Pick<Config, 'hosts' | 'clusters'>): Promise<readonly Finding[]> {
  const others = all
    .slice(1)
    .flatMap((cluster) => (cluster.hosts ? [{ ...cluster, hosts: cluster.hosts }] : []));
  const groups = [...(hosts ? [{ name: all[0]?.name, hosts }] : []), ...others];
  if (groups.length === 0)
    return [
      warn('SSH', 'no hosts are configured', 'add hosts to nightshift.config.ts when runbooks look at hosts'),
    ];
  const findings = await Promise.all(
    groups.map(async (group) => {
      const found = await keysOf(group.hosts);
      return all.length > 1 ? found.map((f) => ({ ...f, detail: `${group.name}: ${f.detail}` })) : found;
    }),
  );
  return findings.flat();
}

async function keysOf(hosts: NonNullable<Config['hosts']>): Promise<readonly Finding[]> {
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
