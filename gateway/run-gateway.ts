/** The gateway as a process around a catalogue: ready line, signals, a clean end. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError, loadConfig, loadRunbooks } from '../config/index.ts';
import { createLedger } from '../ledger/create-ledger.ts';
import { WrongTemporal } from '../ledger/errors.ts';
import { leavePublicKey, loadOrCreateKeyPair } from '../ledger/keys.ts';
import type { RunbookDefinition } from '../workflows/define-runbook.ts';
import { createGateway } from './create-gateway.ts';
import { createLogger } from './log.ts';
import { atHome, refuseAnother } from './temporal-at-home.ts';
import { createTemporalClient } from './temporal-client.ts';

/** In the configuration's `keysDir`: the gateway's private key. */
export const GATEWAY_KEY_FILE = 'gateway.pem';
/** Beside it, its public half: the only one of the two that a worker on another machine needs. */
const GATEWAY_PUBLIC_KEY_FILE = 'gateway.pub';

/**
 * `shipped` are the runbooks where the configuration names none. Runs until SIGTERM or SIGINT. Prints one line of JSON
 * (`{"ready":true,"url":...}`) on standard output when it is ready; logs go to standard error. Sets the exit code 1 when
 * it could not start.
 */
export async function runGateway(shipped: readonly RunbookDefinition[], args: string[]): Promise<void> {
  const options = { config: { type: 'string' }, 'log-level': { type: 'string', default: 'info' } } as const;
  const { values } = parseArgs({ args, options });
  const log = createLogger(values['log-level']);
  const opened: (() => Promise<void>)[] = [];
  const closeAll = async () => {
    for (const close of opened.splice(0).reverse()) {
      await close().catch((error: unknown) => log.error({ err: error }, 'not closed cleanly'));
    }
  };
  try {
    const config = await loadConfig(values.config);
    const { deployment } = config;
    const runbooks = config.runbooks === undefined ? shipped : await loadRunbooks(config.runbooks);
    const key = await loadOrCreateKeyPair(join(config.keysDir, GATEWAY_KEY_FILE));
    await leavePublicKey(join(config.keysDir, GATEWAY_PUBLIC_KEY_FILE), key);
    const ledger = await createLedger({ databaseUrl: config.database.url.reveal(), deployment });
    opened.push(() => ledger.close());
    const connected = createTemporalClient({
      ...config.temporal,
      deployment,
      identity: `nightshift-gateway-${process.pid}`,
    });
    opened.push(() => connected.close());
    const temporal = atHome(connected, ledger);
    await refuseAnother(connected, ledger);
    const gateway = await createGateway({ config, ledger, temporal, runbooks, key, log });
    opened.push(() => gateway.close());
    const url = await gateway.listen();
    process.once('SIGTERM', () => void closeAll());
    process.once('SIGINT', () => void closeAll());
    process.stdout.write(`${JSON.stringify({ ready: true, url, pid: process.pid })}\n`);
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof ConfigError || error instanceof WrongTemporal)
      process.stderr.write(`${error.message}\n`);
    else log.error({ err: error }, 'the gateway could not start');
    await closeAll();
  }
}
