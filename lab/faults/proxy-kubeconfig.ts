import { readFile, writeFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';

/** A copy of a kubeconfig whose server is another, such as a fault proxy. */
export async function redirectKubeconfig(
  from: string,
  to: { file: string; server: string },
): Promise<string> {
  const config = parse(await readFile(from, 'utf8')) as { clusters: { cluster: { server: string } }[] };
  for (const { cluster } of config.clusters) cluster.server = to.server;
  await writeFile(to.file, stringify(config), { mode: 0o600 });
  return to.file;
}
