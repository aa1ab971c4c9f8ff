import type { IncomingMessage } from 'node:http';
import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createApiClient, type ApiClient } from '../../../../activities/kubernetes/client/client.ts';
import { execInContainer } from '../../../../activities/kubernetes/client/exec.ts';
import { forwardPort } from '../../../../activities/kubernetes/client/port-forward.ts';
import type { RawNode } from '../../../../activities/kubernetes/client/raw.ts';
import { until } from '../../../setup/until.ts';
import { call, inSeconds } from '../calls.ts';
import { rawNode } from '../objects.ts';
import { json, startSmallApiServer, status, type SmallApiServer } from '../small-api-server.ts';

let server: SmallApiServer;
let folder: string;
let accepted: string | undefined;
const list = { kind: 'PodList', items: [], metadata: {} };

beforeAll(async () => {
  server = await startSmallApiServer();
  folder = await mkdtemp(join(tmpdir(), 'credentials-'));
});
afterAll(async () => {
  await server.remove();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  server.requests.length = 0;
  accepted = undefined;
  server.answer = ({ headers }, response) =>
    accepted === undefined || headers.authorization === `Bearer ${accepted}`
      ? json(response, 200, list)
      : status(response, 401, 'Unauthorized');
});

/** A client whose kubeconfig, a file in the folder, has this user. */
async function clientAs(user: Record<string, unknown>): Promise<ApiClient> {
  const file = join(folder, 'kubeconfig');
  await writeFile(file, JSON.stringify({ ...server.kubeconfig, users: [{ name: 'u', user }] }));
  return createApiClient({ kubeconfig: file, requestTimeoutMs: 60_000 });
}
const read = (api: ApiClient) => api.list('pods', {}, call());
const reads = (api: ApiClient, count: number) => Promise.all(Array.from({ length: count }, () => read(api)));

test('a token file is read again: whoever rotates it restarts nobody', async () => {
  await writeFile(join(folder, 'token'), 'first\n');
  const api = await clientAs({ tokenFile: 'token' });
  accepted = 'first';
  await read(api);
  await writeFile(join(folder, 'token'), 'second\n');
  accepted = 'second';
  await read(api);
  accepted = 'third';
  await expect(read(api)).rejects.toMatchObject({ kind: 'refused', facts: { status: 401 } });
  expect(server.requests.length).toBe(3);
  await api.close();
});

test('files of a client certificate are read again, on a connection of their own', async () => {
  const shown: unknown[] = [];
  server.answer = (request: IncomingMessage, response) => {
    shown.push((request.socket as TLSSocket).getPeerCertificate().subject?.CN);
    json(response, 200, list);
  };
  const put = async (commonName: string) => {
    const { certificate, key } = await server.issue(commonName);
    await copyFile(certificate, join(folder, 'client.crt'));
    await copyFile(key, join(folder, 'client.key'));
  };
  await put('before');
  const api = await clientAs({ 'client-certificate': 'client.crt', 'client-key': 'client.key' });
  await read(api);
  await put('after');
  await read(api);
  await read(api);
  expect(shown).toEqual(['before', 'after', 'after']);
  await api.close();
});

describe('a credential program', () => {
  /** It prints what `token` holds, and notes each call with what it was told. */
  const program = async (body = 'cat "$DIR/token.json"') => {
    const file = join(folder, 'plugin.sh');
    await writeFile(file, `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" >>"$DIR/calls"\nsleep 0.2\n${body}\n`);
    await chmod(file, 0o700);
    await writeFile(join(folder, 'calls'), '');
    return clientAs({
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: './plugin.sh',
        env: [{ name: 'DIR', value: folder }],
        installHint: 'See the wiki.',
        provideClusterInfo: true,
      },
    });
  };
  const says = (token: string, expirationTimestamp?: string) =>
    writeFile(
      join(folder, 'token.json'),
      JSON.stringify({ kind: 'ExecCredential', status: { token, expirationTimestamp } }),
    );
  const calls = async () =>
    (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n').filter(Boolean);

  test('is called once for many requests at the same time, and told of the cluster', async () => {
    await says('first');
    accepted = 'first';
    const api = await program();
    await reads(api, 30);
    await read(api);
    const [said, ...more] = await calls();
    expect(more).toEqual([]);
    expect(JSON.parse(said!)).toMatchObject({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server: expect.stringMatching(/^https:/) } },
    });
    await api.close();
  });

  test('is called once more when the API server no longer takes what it said, however many requests hear of it', async () => {
    await says('first');
    accepted = 'first';
    const api = await program();
    await read(api);
    await says('second');
    accepted = 'second';
    await reads(api, 20);
    expect((await calls()).length).toBe(2);
    accepted = 'third';
    await expect(read(api)).rejects.toMatchObject({ kind: 'refused', facts: { status: 401 } });
    await api.close();
  });

  const pod = { namespace: 'shop', pod: 'api-1' };
  const command = { ...pod, container: 'api', argv: ['id'], limitBytes: 100, writes: true };
  type Ask = (api: ApiClient, context?: ReturnType<typeof call>) => Promise<unknown>;
  const upgrades: Record<string, Ask> = {
    exec: (api, context = call()) => execInContainer(api, command, context),
    'port-forward': (api, context = call()) => forwardPort(api, { ...pod, port: 8080 }, context),
  };
  const ways: Record<string, Ask> = {
    ...upgrades,
    'a page of a kubelet': (api, context = call()) => api.kubelet(node(api), 'stats/summary', context),
  };
  /** One whose kubelet is the server of this test. */
  const node = (api: ApiClient): RawNode => {
    const kubeletEndpoint = { Port: Number(api.server.split(':')[1]) };
    const addresses = [{ type: 'InternalIP', address: '127.0.0.1' }];
    return { ...rawNode('n1'), status: { addresses, daemonEndpoints: { kubeletEndpoint } } };
  };
  for (const [name, ask] of Object.entries(ways))
    test(`is called once more for ${name}, too, and only once`, async () => {
      server.answer = ({ headers }, response) =>
        headers.authorization === `Bearer ${accepted}`
          ? status(response, 403, 'Forbidden')
          : status(response, 401, 'Unauthorized');
      await says('first');
      accepted = 'first';
      const api = await program();
      await expect(ask(api)).rejects.toMatchObject({ kind: 'refused', facts: { status: 403 } });
      await says('second');
      accepted = 'second';
      await expect(ask(api)).rejects.toMatchObject({ kind: 'refused', facts: { status: 403 } });
      expect([(await calls()).length, server.requests.length]).toEqual([2, 3]);
      accepted = 'third';
      await expect(ask(api)).rejects.toMatchObject({ kind: 'refused', facts: { status: 401 } });
      expect([(await calls()).length, server.requests.length]).toEqual([3, 5]);
      await api.close();
    });

  test('is called once more, and not for every page, for kubelets that refuse what the API server takes', async () => {
    server.answer = ({ url }, response) =>
      url!.startsWith('/stats') ? status(response, 401, 'Unauthorized') : json(response, 200, list);
    await says('first');
    const api = await program();
    for (let round = 1; round <= 3; round++) {
      await read(api);
      await expect(ways['a page of a kubelet']!(api)).rejects.toMatchObject({ facts: { status: 401 } });
    }
    expect((await calls()).length).toBe(2);
    await api.close();
  });

  for (const [name, ask] of Object.entries(upgrades))
    test(`${name} that is called off while it is called once more opens nothing`, async () => {
      await says('first');
      accepted = 'second';
      const go = join(folder, `go-${name}`);
      const api = await program(
        `n=$(wc -l <"$DIR/calls"); [ "$n" -lt 2 ] || until [ -e '${go}' ]; do sleep 0.05; done; cat "$DIR/token.json"`,
      );
      const cancel = new AbortController();
      const asked = ask(api, call({ signal: cancel.signal, deadline: inSeconds(3_600) })).catch(
        (error: unknown) => error,
      );
      await until(async () => (await calls()).length === 2);
      await says('second');
      cancel.abort();
      expect(await asked).toMatchObject({ name: 'StepFailure' });
      await writeFile(go, '');
      // Each of these takes a connection of its own, begun after the one that must not be there.
      await read(api);
      await ask(api).catch(() => undefined);
      expect(server.requests).toEqual([
        expect.stringMatching(/pods\/api-1\//),
        expect.stringMatching(/\/pods\?/),
        expect.stringMatching(/pods\/api-1\//),
      ]);
      await api.close();
    });

  test('is called again when what it said has come to its end', async () => {
    await says('short', new Date(Date.now() + 1_000).toISOString());
    const api = await program();
    await read(api);
    await says('long', new Date(Date.now() + 3_600_000).toISOString());
    await read(api);
    await read(api);
    expect((await calls()).length).toBe(2);
    await api.close();
  });

  test('that fails is named with what it said; what it printed is the secret and is not', async () => {
    const failing = await program('echo hunter2; echo "log in first" >&2; exit 3');
    const failure = await read(failing).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      kind: 'retryable',
      message: 'The credential program ./plugin.sh of the kubeconfig ended with 3: log in first',
      next: 'See the wiki.',
    });
    expect(JSON.stringify(failure)).not.toMatch(/hunter2/);
    await failing.close();
    const silent = await program('echo hunter2');
    await expect(read(silent)).rejects.toMatchObject({
      message:
        'The credential program ./plugin.sh of the kubeconfig printed no ExecCredential with a token or a certificate',
    });
    await silent.close();
    const missing = await clientAs({ exec: { command: 'no-such-credential-program' } });
    await expect(read(missing)).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/is not installed/),
    });
    await missing.close();
    expect(server.requests).toEqual([]);
  });
});
