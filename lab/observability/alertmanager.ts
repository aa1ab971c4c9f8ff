import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startBackground } from '../machine/background.ts';
import { makeCgroup } from '../machine/cgroups.ts';
import { until } from '../machine/until.ts';
import type { Layout } from '../layout.ts';

export interface Webhook {
  readonly url: string;
  readonly bearerToken?: string;
}

export const alertmanagerUrl = (layout: Layout): string => `http://${layout.gateway}:9093`;

/** Starts Debian's Alertmanager. Without a webhook it keeps alerts to itself. */
export function startAlertmanager(
  layout: Layout,
  of: { binary: string; webhook: Webhook | undefined },
): void {
  const file = writeConfiguration(layout, of.webhook);
  startBackground({
    part: 'alertmanager',
    stateDirectory: layout.stateDirectory,
    cgroups: makeCgroup(layout.machineCgroup),
    argv: [
      of.binary,
      `--config.file=${file}`,
      `--storage.path=${join(directoryOf(layout), 'data')}`,
      `--web.listen-address=${new URL(alertmanagerUrl(layout)).host}`,
      '--cluster.listen-address=',
      '--log.level=warn',
    ],
  });
}

/** Sends alerts to another webhook from now on, or to none; Alertmanager reloads without losing what it knows. */
export async function setWebhook(layout: Layout, webhook: Webhook | undefined): Promise<void> {
  writeConfiguration(layout, webhook);
  await until(
    'Alertmanager takes its new configuration',
    async () =>
      (
        await fetch(`${alertmanagerUrl(layout)}/-/reload`, {
          method: 'POST',
          signal: AbortSignal.timeout(5_000),
        })
      ).ok,
    { within: 180_000 },
  );
}

const directoryOf = (layout: Layout): string => join(layout.stateDirectory, 'alertmanager');

function writeConfiguration(layout: Layout, webhook: Webhook | undefined): string {
  const directory = directoryOf(layout);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const receivers = webhook
    ? [{ name: 'on-call', webhook_configs: [webhookConfiguration(webhook)] }]
    : [{ name: 'on-call' }];
  const route = {
    receiver: 'on-call',
    group_by: ['alertname', 'namespace', 'service'],
    group_wait: '1s',
    group_interval: '2s',
    repeat_interval: '4h',
  };
  const file = join(directory, 'alertmanager.yaml');
  writeFileSync(file, stringify({ route, receivers }), { mode: 0o600 });
  return file;
}

function webhookConfiguration({ url, bearerToken }: Webhook): object {
  const authorization =
    bearerToken === undefined ? {} : { http_config: { authorization: { credentials: bearerToken } } };
  return { url, send_resolved: true, ...authorization };
}
