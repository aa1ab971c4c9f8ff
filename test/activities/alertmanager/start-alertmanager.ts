import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../embedded/ports.ts';
import { until } from '../../setup/until.ts';

export interface RunningAlertmanager {
  readonly url: string;
  /** Every silence that it knows. */
  silences(): Promise<{ status: { state: string }; comment: string; createdBy: string }[]>;
  /** Posts to its API, as Prometheus and people do. */
  post(path: string, body: unknown): Promise<void>;
  stop(): Promise<void>;
}

/** Debian's Alertmanager on loopback, with no peers and nobody to tell. */
export async function startAlertmanager(): Promise<RunningAlertmanager> {
  const folder = await mkdtemp(join(tmpdir(), 'alertmanager-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const file = join(folder, 'alertmanager.yaml');
  await writeFile(file, 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n');
  const server = spawn(
    'prometheus-alertmanager',
    [
      `--config.file=${file}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=${new URL(url).host}`,
      '--cluster.listen-address=',
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => server.once('close', resolve));
  let failure: Error | undefined;
  server.once('error', (error) => (failure = error));
  await until(
    () => {
      if (failure) throw failure;
      return fetch(`${url}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    },
    () => `Alertmanager is not ready at ${url}`,
  );
  return {
    url,
    silences: async () => {
      const answer = await fetch(`${url}/api/v2/silences`);
      return (await answer.json()) as Awaited<ReturnType<RunningAlertmanager['silences']>>;
    },
    post: async (path, body) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${url}/api/v2/${path}`, {
        ...{ method: 'POST', headers, body: JSON.stringify(body) },
      });
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    },
    stop: async () => {
      server.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
