/** A gateway in a process of its own, which can be killed. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProcess, waitUntilReady } from '../../embedded/processes.ts';
import type { Closing } from './closing.ts';
import type { Backend } from './servers.ts';

/** Of the webhook of Alertmanager. */
export const TOKEN = 'a-token-of-the-bench';

export interface GatewayProcess {
  readonly url: string;
  kill(): Promise<void>;
}

const READY_MS = 120_000;
let started = 0;

export async function startGatewayProcess(backend: Backend, closing: Closing): Promise<GatewayProcess> {
  const { databaseUrl, temporalAddress: address, namespace, folder } = backend;
  const config = join(folder, 'gateway.json');
  await writeFile(
    config,
    JSON.stringify({
      deployment: 'bench',
      development: true,
      stateDir: folder,
      runbooks: fileURLToPath(new URL('../runbooks/catalogue.ts', import.meta.url)),
      temporal: { address, namespace },
      database: { url: { literal: databaseUrl } },
      gateway: { port: 0, requestsPerMinute: 1_000_000 },
      alertSources: { alertmanager: { bearerToken: { literal: TOKEN } } },
    }),
    { mode: 0o600 },
  );
  const main = fileURLToPath(new URL('../../gateway/main.ts', import.meta.url));
  const child = await startProcess({
    name: 'The gateway of the bench',
    command: process.execPath,
    args: ['--no-warnings', main, '--config', config, '--log-level', 'fatal'],
    logFile: join(folder, `gateway-${started++}.log`),
  });
  closing.add(() => child.stop({ signal: 'SIGKILL' }));
  let url = '';
  const isReady = async () => {
    url = /"url":"([^"]+)"/.exec(await readFile(child.logFile, 'utf8'))?.[1] ?? '';
    return url !== '';
  };
  await waitUntilReady(child, { isReady, deadlineMs: READY_MS });
  return {
    url,
    async kill() {
      process.kill(child.pid, 'SIGKILL');
      await child.exited;
    },
  };
}
