/** `npm run bench`: prints the figures; ends with 0 when everything could be measured, whatever the figures are. */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { createKubernetesClients } from '../activities/kubernetes/clients.ts';
import { alertStorm } from './alert-storm.ts';
import { alertToChange } from './alert-to-change.ts';
import { decisionToChange } from './decision-to-change.ts';
import { drains } from './drains.ts';
import { fiftyHosts } from './fifty-hosts.ts';
import { Closing } from './house/closing.ts';
import { startNightshift } from './house/nightshift.ts';
import { Nodes } from './house/nodes.ts';
import { startServers, startStockServer } from './house/servers.ts';
import { killedWorkers } from './killed-workers.ts';
import type { Plan } from './measure/alternate.ts';
import { withinLimit } from './measure/time-limit.ts';
import { Trace } from './measure/trace.ts';
import { oneMoreChange } from './one-more-change.ts';
import { parseOptions, USAGE, type Options, type Part } from './options.ts';
import { parkedRuns } from './parked-runs.ts';
import { startPeer } from './peer/peer.ts';
import { readSteps } from './read-steps.ts';
import {
  printAlertStorm,
  printAlertToChange,
  printDecisionToChange,
  printDrains,
  printFiftyHosts,
  printKilledWorkers,
  printOneMoreChange,
  printParkedRuns,
  printReadSteps,
} from './report/print.ts';

const MINUTE = 60_000;
const NODES = 6;
/** Parts with servers of their own. */
const ALONE: readonly Part[] = ['parked', 'drain', 'ssh', 'crash', 'storm'];
const RESULTS = join(import.meta.dirname, 'results', 'latest.json');

/** What the parts that are measured in turns with a peer share. */
async function openHouse(closing: Closing) {
  return withinLimit('starting the servers', 10 * MINUTE, async () => {
    say('starting PostgreSQL, Temporal, etcd and an API server');
    const trace = new Trace();
    const servers = await startServers(closing);
    const { apiServer, temporalAddress: address, namespace, folder } = servers;
    const nodes = await Nodes.create(apiServer, NODES, closing);
    const cluster = createKubernetesClients({ kubeconfig: apiServer.kubeconfig });
    closing.add(() => cluster.close());
    const nightshift = await startNightshift({ servers, cluster, trace }, closing);
    const peer = await startPeer({ address, namespace, api: cluster.api, trace }, closing);
    const startStock = async () => {
      const { address: stockAddress } = await startStockServer(folder, closing);
      return startPeer({ address: stockAddress, namespace: 'default', api: cluster.api, trace }, closing);
    };
    return { trace, nodes, nightshift, peer, startStock };
  });
}

/** What was measured, and how it reads. */
interface Kept {
  readonly figures: Record<string, unknown>;
  readonly texts: string[];
}

/**
 * Measures the parts that were asked for, one after the other, and keeps each when it is measured. Interrupted, B8 ends
 * by itself and is kept as far as it came, and no further part begins.
 */
async function measure(
  { quick, blocks, parts, parked, lasts, alerts }: Options,
  { closing, kept, interrupted }: { closing: Closing; kept: Kept; interrupted: AbortSignal },
): Promise<void> {
  const plan = (part: string, turns: number, warmUp: number): Plan => ({
    blocks: quick ? 1 : blocks,
    turns: quick ? 1 : turns,
    warmUp: quick ? 1 : warmUp,
    onBlock: (block) => say(`${part}: block ${block} of ${quick ? 1 : blocks}`),
  });
  const limit = 15 * MINUTE;
  const keep = <T>(name: string, measured: T, print: (measured: T) => string) => {
    kept.figures[name] = measured;
    kept.texts.push(print(measured));
  };
  const wanted = (part: Part) => parts.includes(part);
  if (parts.some((part) => !ALONE.includes(part))) {
    const opened = new Closing();
    closing.add(() => opened.close());
    const house = await openHouse(opened);
    if (wanted('alert')) {
      const measured = withinLimit('B1', limit, () => alertToChange(house, plan('B1', 12, 8)));
      keep('alertToChange', await measured, printAlertToChange);
    }
    if (wanted('reads')) {
      const stock = await house.startStock();
      const measured = withinLimit('B2, reads', limit, () =>
        readSteps({ ...house, stock }, plan('B2, reads', 5, 4)),
      );
      keep('readSteps', await measured, printReadSteps);
    }
    if (wanted('changes')) {
      const measured = withinLimit('B2, changes', limit, () =>
        oneMoreChange(house, plan('B2, changes', 4, 2)),
      );
      keep('oneMoreChange', await measured, printOneMoreChange);
    }
    if (wanted('decision')) {
      const measured = withinLimit('B3', limit, () => decisionToChange(house, plan('B3', 12, 8)));
      keep('decisionToChange', await measured, printDecisionToChange);
    }
    await opened.close();
  }
  if (wanted('parked'))
    keep('parkedRuns', await parkedRuns({ runs: quick ? 30 : parked, say }), printParkedRuns);
  if (wanted('drain')) {
    const size = quick ? { nodes: 2, podsPerNode: 2, bound: 1 } : { nodes: 20, podsPerNode: 10, bound: 2 };
    const measured = withinLimit('B5', 60 * MINUTE, () =>
      drains({ ...size, plan: (which) => plan(`B5, ${which}`, 1, quick ? 0 : 1) }, closing),
    );
    keep('drains', await measured, printDrains);
  }
  if (wanted('ssh')) {
    const measured = withinLimit('B6', limit, () =>
      fiftyHosts({ hosts: quick ? 5 : 50, plan: plan('B6', 3, 1) }, closing),
    );
    keep('fiftyHosts', await measured, printFiftyHosts);
  }
  if (wanted('crash')) {
    const measured = killedWorkers({ lasts: quick ? { rounds: 1 } : lasts, interrupted, say });
    closing.add(() => measured.catch(() => undefined));
    keep('killedWorkers', await measured, printKilledWorkers);
  }
  if (wanted('storm') && !interrupted.aborted)
    keep('alertStorm', await alertStorm({ alerts: quick ? 200 : alerts, say }), printAlertStorm);
}

function say(text: string): void {
  console.error(`… ${text}`);
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
  const kept: Kept = { figures: {}, texts: [] };
  const interrupted = new AbortController();
  const before = machine();
  const ended = (signal: NodeJS.Signals) => {
    console.error(`${signal}: ending what was started`);
    interrupted.abort();
    void closing
      .close()
      .then(() => report(kept, before, options))
      .finally(() => process.exit(130));
  };
  process.once('SIGINT', ended);
  process.once('SIGTERM', ended);
  try {
    await measure(options, { closing, kept, interrupted: interrupted.signal });
    if (interrupted.signal.aborted) return 130;
    await report(kept, before, options);
    return 0;
  } finally {
    await closing.close();
  }
}

async function report(
  { figures, texts }: Kept,
  before: ReturnType<typeof machine>,
  { quick, write: keeps }: Options,
): Promise<void> {
  if (texts.length === 0) return;
  const { cores, cpu, node, load } = before;
  const about = `${cores} cores of ${cpu}, Node ${node}; load ${load[0]} before, ${machine().load[0]} after`;
  console.log([`${about}${quick ? '. --quick: these are no measurements' : ''}`, ...texts].join('\n\n'));
  if (keeps) await write(figures, { measuredAt: new Date().toISOString(), machine: before });
}

/** Each part with when and where it was measured: they need not be of one day. */
async function write(figures: Record<string, unknown>, about: object): Promise<void> {
  const kept = await readFile(RESULTS, 'utf8').then(
    (text) => JSON.parse(text) as Record<string, unknown>,
    (): Record<string, unknown> => ({}),
  );
  for (const [name, measured] of Object.entries(figures)) kept[name] = { ...about, ...(measured as object) };
  await mkdir(dirname(RESULTS), { recursive: true });
  await writeFile(RESULTS, `${JSON.stringify(kept, undefined, 2)}\n`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
