/**
 * A process of the lab: writes the pods of some namespaces as scrape targets for Prometheus, again whenever they change.
 * discover-targets KUBECONFIG FILE NAMESPACE...
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiFromKubeconfig } from '../control-plane/api-from-kubeconfig.ts';
import { listPods } from '../workloads/objects.ts';
import { scrapeTargets } from './scrape-targets.ts';

const [kubeconfig = '', file = '', ...namespaces] = process.argv.slice(2);
const api = apiFromKubeconfig(readFileSync(kubeconfig, 'utf8'));
for (let written = ''; ; await sleep(1_000)) {
  try {
    const pods = await Promise.all(namespaces.map((namespace) => listPods(api, namespace)));
    const targets = JSON.stringify(scrapeTargets(pods.flat()));
    if (targets === written) continue;
    writeFileSync(`${file}.new`, targets);
    renameSync(`${file}.new`, file);
    written = targets;
  } catch (error) {
    // The API server is away: the old targets are the best there are.
    process.stderr.write(`${new Date().toISOString()} ${String(error)}\n`);
  }
}
