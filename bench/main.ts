/** `npm run bench`: prints the figures; ends with 0 when everything could be measured, whatever the figures are. */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { createKubernetesClients } from '../activities/kubernetes/clients.ts';
import { alertToChange } from './alert-to-change.ts';
import { Closing } from './house/closing.ts';
import { startNightshift } from './house/nightshift.ts';
import { Nodes } from './house/nodes.ts';
import { startServers, startStockServer } from './house/servers.ts';
import type { Plan } from './measure/alternate.ts';
import { withinLimit } from './measure/time-limit.ts';
import { Trace } from './measure/trace.ts';
import { oneMoreChange } from './one-more-change.ts';
import { parseOptions, USAGE, type Options } from './options.ts';
import { startPeer } from './peer/peer.ts';
import { readSteps } from './read-steps.ts';
import { printAlertToChange, printOneMoreChange, printReadSteps } from './report/print.ts';

const MINUTE = 60_000;
const NODES = 6;
const RESULTS = join(import.meta.dirname, 'results', 'latest.json');

async function measure({ quick, blocks }: Options, closing: Closing) {
  const say = (text: string) => console.error(`… ${text}`);
  const house = await withinLimit('starting the servers', 10 * MINUTE, async () => {
    say('starting PostgreSQL, Temporal, etcd and an API server');
    const trace = new Trace();
    const servers = await startServers(closing);
    const { apiServer, temporalAddress: address, namespace, folder } = servers;
    const nodes = await Nodes.create(apiServer, NODES, closing);
    const cluster = createKubernetesClients({ kubeconfig: apiServer.kubeconfig });
    closing.add(() => cluster.close());
    const nightshift = await startNightshift({ servers, cluster, trace }, closing);
    const peer = await startPeer({ address, namespace, api: cluster.api, trace }, closing);
    const stockServer = await startStockServer(folder, closing);
    const onStock = { address: stockServer.address, namespace: 'default', api: cluster.api, trace };
    const stock = await startPeer(onStock, closing);
    return { trace, nodes, nightshift, peer, stock };
  });
  const plan = (part: string, turns: number, warmUp: number): Plan => ({
    blocks: quick ? 1 : blocks,
    turns: quick ? 1 : turns,
    warmUp: quick ? 1 : warmUp,
    onBlock: (block) => say(`${part}: block ${block} of ${quick ? 1 : blocks}`),
  });
  const limit = 15 * MINUTE;
  return {
    alertToChange: await withinLimit('B1', limit, () => alertToChange(house, plan('B1', 12, 8))),
    readSteps: await withinLimit('B2, reads', limit, () => readSteps(house, plan('B2, reads', 5, 4))),
    oneMoreChange: await withinLimit('B2, changes', limit, () =>
      oneMoreChange(house, plan('B2, changes', 4, 2)),
    ),
  };
}

function machine() {
  const load = loadavg().map((n) => Number(n.toFixed(1)));
  return { cores: availableParallelism(), cpu: cpus()[0]?.model ?? 'unknown', node: process.version, load };
}

async function main(args: string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const closing = new Closing();
  const ended = (signal: NodeJS.Signals) => {
    console.error(`${signal}: ending what was started`);
    void closing.close().finally(() => process.exit(130));
  };
  process.once('SIGINT', ended);
  process.once('SIGTERM', ended);
  const before = machine();
  try {
    const figures = await measure(options, closing);
    const { cores, cpu, node, load } = before;
    const after = machine().load[0];
    console.log(
      [
        `${cores} cores of ${cpu}, Node ${node}; load ${load[0]} before, ${after} after${options.quick ? '. --quick: these are no measurements' : ''}`,
        printAlertToChange(figures.alertToChange),
        printReadSteps(figures.readSteps),
        printOneMoreChange(figures.oneMoreChange),
      ].join('\n\n'),
    );
    if (options.write) {
      const kept = {
        measuredAt: new Date().toISOString(),
        machine: before,
        blocks: options.blocks,
        ...figures,
      };
      await mkdir(dirname(RESULTS), { recursive: true });
      await writeFile(RESULTS, `${JSON.stringify(kept, undefined, 2)}\n`);
    }
    return 0;
  } finally {
    await closing.close();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
