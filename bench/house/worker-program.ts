/** A worker in a process of its own, to be measured and killed: `node worker-program.ts FILE`, the file as in `WorkerFacts`. */
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { readFile } from 'node:fs/promises';
import { createLedger } from '../../ledger/create-ledger.ts';
import { publicKeysById } from '../../ledger/keys.ts';
import { createWorkers } from '../../worker/create-workers.ts';
import { bundleRunbooks } from '../../worker/versions/bundle.ts';
import { benchSteps } from '../runbooks/steps.ts';
import { POLICY, PEOPLE, type WorkerFacts } from './fleet-facts.ts';

const { databaseUrl, deployment, address, namespace, gatewayKey, outside } = JSON.parse(
  await readFile(process.argv[2] ?? '', 'utf8'),
) as WorkerFacts;

Runtime.install({ logger: new DefaultLogger('ERROR') });
const ledger = await createLedger({ databaseUrl, deployment });
const connection = await NativeConnection.connect({ address });
const workers = await createWorkers({
  connection,
  namespace,
  workflowBundle: await bundleRunbooks(new URL('../runbooks/entry.ts', import.meta.url)),
  deployment,
  ledger,
  steps: benchSteps(outside),
  cluster: 'bench',
  gatewayKeys: publicKeysById([gatewayKey]),
  people: PEOPLE,
  policy: POLICY,
  worker: `bench/${process.pid}`,
  shutdownGraceTime: '1s',
});
console.log('ready');
await Promise.all(workers.map((w) => w.run()));
