/** Senders that prove themselves by a client certificate, over real TLS. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { parseConfig, secret } from '../../config/index.ts';
import type { Log } from '../../gateway/log.ts';
import { listenForSenders } from '../../gateway/senders.ts';
import type { Alert } from '../../ledger/api.ts';
import { createCertificateAuthority, type KeyPairFiles } from '../../lab/pki/certificate-authority.ts';
import { command } from '../../lab/machine/command.ts';
import { until } from '../setup/until.ts';
import { createWebhookApp } from './webhook-app.ts';

let folder: string;
let ca: string;
let [server, good, other, stranger, crafted]: KeyPairFiles[] = [];
let app: FastifyInstance;
let close: () => Promise<void>;
let port: number;
let received: Alert[];
const lines: { facts: Record<string, unknown>; message: string }[] = [];
const keep = (facts: unknown, message?: string) =>
  void lines.push({ facts: facts as Record<string, unknown>, message: message ?? String(facts) });
const log = { info: keep, warn: keep, error: keep } as unknown as Log;

/** Its one URI reads like an URI and the name of somebody else. A section lets openssl take the comma. */
async function issueCrafted(authority: string, authorityKey: string): Promise<KeyPairFiles> {
  const files = { certificate: join(folder, 'crafted.crt'), key: join(folder, 'crafted.key') };
  const configuration = join(folder, 'crafted.cnf');
  const extensions =
    '[extensions]\nsubjectAltName = @names\n[names]\nURI.1 = http://a/, DNS:alertmanager.example.com';
  writeFileSync(configuration, `[req]\ndistinguished_name = subject\n[subject]\n${extensions}\n`);
  await command([
    ...['openssl', 'req', '-x509', '-config', configuration, '-extensions', 'extensions', '-days', '2'],
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=x'],
    ...['-CA', authority, '-CAkey', authorityKey, '-keyout', files.key, '-out', files.certificate],
  ]);
  return files;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nightshift-senders-'));
  const [ours, theirs] = await Promise.all(
    ['ours', 'theirs'].map((name) => createCertificateAuthority(join(folder, name), name)),
  );
  ca = ours!.certificate;
  [server, good, other, stranger, crafted] = await Promise.all([
    ours!.issue({ file: 'server', commonName: 'nightshift', names: ['DNS:localhost'] }),
    ours!.issue({ file: 'good', commonName: 'prometheus', names: ['DNS:alertmanager.example.com'] }),
    ours!.issue({ file: 'other', commonName: 'other' }),
    theirs!.issue({ file: 'stranger', commonName: 'alertmanager.example.com' }),
    issueCrafted(ca, join(folder, 'ours', 'ca.key')),
  ]);
  app = await createWebhookApp(
    {
      alertmanager: { clientCertificate: 'alertmanager.example.com' },
      datadog: { bearerToken: secret.literal('token') },
      own: {},
    },
    (alert) => received.push(alert),
  );
  await app.ready();
  copyFileSync(server.certificate, join(folder, 'cert.pem'));
  copyFileSync(server.key, join(folder, 'key.pem'));
  close = await listenForSenders({
    senders: {
      ...{ host: '127.0.0.1', port: 0, clientCaFile: ca },
      ...{ certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') },
    },
    ...{ app, log, everyMs: 50 },
  });
  port = (lines.find(({ facts }) => 'address' in facts)!.facts['address'] as { port: number }).port;
});
afterAll(async () => {
  await close();
  await app.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  received = [];
  lines.length = 0;
});

const alert = {
  ...{ status: 'firing', labels: { alertname: 'A' }, startsAt: '2026-11-21T02:47:00Z', fingerprint: 'f' },
};
interface Answer {
  readonly status: number;
  readonly body: { readonly code?: string; readonly message?: string };
  /** The serial number of the certificate that the gateway showed. */
  readonly serial: string;
}
const send = (files: KeyPairFiles | undefined, path = '/webhooks/alertmanager', headers = {}) =>
  new Promise<Answer>((resolve, reject) => {
    const read = (file: string | undefined) => (file === undefined ? undefined : readFileSync(file));
    const asked = request(
      {
        ...{ host: '127.0.0.1', port, path, method: 'POST', servername: 'localhost', agent: false },
        ...{ ca: readFileSync(ca), cert: read(files?.certificate), key: read(files?.key) },
        headers: { 'content-type': 'application/json', ...headers },
      },
      (response) => {
        const { socket } = response as unknown as { socket: TLSSocket };
        const serial = socket.getPeerCertificate().serialNumber;
        text(response).then(
          (body) =>
            resolve({ status: response.statusCode!, body: JSON.parse(body) as Answer['body'], serial }),
          reject,
        );
      },
    );
    asked.on('error', reject);
    asked.end(JSON.stringify({ version: '4', alerts: [alert] }));
  });

test('a certificate of the name that the source asks for is enough', async () => {
  expect((await send(good)).status).toBe(202);
  expect(received).toMatchObject([{ name: 'A', authenticated: true }]);
});

test('files that are no certificates stop the start, with the field', async () => {
  const senders = {
    ...{ host: '127.0.0.1', port: 0, clientCaFile: ca },
    ...{ certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'none.pem') },
  };
  await expect(listenForSenders({ senders, app, log })).rejects.toThrow(
    /nothing was started\.\n {2}gateway\.senders: keyFile: ENOENT[^]*none\.pem/,
  );
  await expect(listenForSenders({ senders: { ...senders, keyFile: ca }, app, log })).rejects.toThrow(
    /gateway\.senders: the files are no certificate, its key and an authority: /,
  );
});

test('another name, another authority, a crafted name, none at all: refused in words, and nothing is received', async () => {
  expect(new X509Certificate(readFileSync(crafted!.certificate)).subjectAltName).toMatch(/^URI:"http:/);
  for (const [files, why] of [
    [
      other,
      /the certificate is of other, and alertSources\.alertmanager asks for "alertmanager\.example\.com"/,
    ],
    [crafted, /the certificate is of x, and/],
    [stranger, /the authority of gateway\.senders does not vouch for this certificate/],
    [undefined, /asks for a client certificate, and none was shown/],
  ] as const) {
    const { status, body } = await send(files);
    expect({ status, code: body.code }).toEqual({ status: 401, code: 'bad-certificate' });
    expect(body.message).toMatch(why);
  }
  expect(received).toEqual([]);
  expect(lines.filter(({ message }) => message === 'a sender was refused')).toMatchObject([
    { facts: { from: '127.0.0.1', why: expect.stringContaining('does not vouch') } },
    { facts: { why: expect.stringContaining('none was shown') } },
  ]);
});

test('a certificate alone is no bearer token, and only alerts are taken there', async () => {
  expect((await send(good, '/webhooks/datadog')).body.code).toBe('bad-token');
  expect((await send(good, '/api/runs')).status).toBe(404);
});

test('without TLS nothing shows a certificate, whatever its headers say', async () => {
  const { statusCode } = await app.inject({
    ...{ method: 'POST', url: '/webhooks/alertmanager' },
    headers: { 'content-type': 'application/json', 'x-client-cert': 'alertmanager.example.com' },
    payload: JSON.stringify({ version: '4', alerts: [alert] }),
  });
  expect(statusCode).toBe(401);
});

test('a renewed certificate is shown without a restart', async () => {
  const { serial } = await send(good);
  copyFileSync(good!.certificate, join(folder, 'cert.pem'));
  copyFileSync(good!.key, join(folder, 'key.pem'));
  await until(async () => lines.some(({ message }) => message === 'the certificates were read anew'));
  const renewed = await send(good).then(
    (answer) => answer.serial,
    // It is of another name now, which this client refuses: the new one, all the same.
    (error: { cert?: { serialNumber: string } }) => error.cert?.serialNumber ?? 'none',
  );
  expect(renewed).not.toBe(serial);
});

test('a source that asks for a certificate needs the port for it', () => {
  const least = { deployment: 'test', stateDir: 'state', database: { url: secret.env('DATABASE_URL') } };
  const alertSources = { alertmanager: { clientCertificate: 'alertmanager.example.com' } };
  expect(() => parseConfig({ ...least, alertSources })).toThrow(
    /alertSources\.alertmanager\.clientCertificate: needs gateway\.senders/,
  );
  const senders = { port: 7443, certFile: 'a.pem', keyFile: 'b.pem', clientCaFile: 'c.pem' };
  const parsed = parseConfig(
    { ...least, alertSources, gateway: { senders } },
    { baseDir: '/etc/nightshift' },
  );
  expect(parsed.gateway.senders).toMatchObject({ clientCaFile: '/etc/nightshift/c.pem', host: '127.0.0.1' });
});
