/** Host and user certificates, with a real sshd, real ssh-keygen and a real ssh-agent. */
import { afterEach, expect, test } from '@jest/globals';
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { dial } from '../../../../activities/hosts/ssh/connection.ts';
import type { SshConfig } from '../../../../activities/hosts/ssh/route.ts';
import type { StepFailure } from '../../../../activities/kit/index.ts';
import { certify, makeKey, publicHalf, startSshd, type RealSshd, type SshdOptions } from './real-sshd.ts';

const DAY = ['-V', '-1d:+1d'];
const running: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

async function sshdWith(options: SshdOptions): Promise<RealSshd> {
  const sshd = await startSshd(options);
  running.push(() => sshd.stop());
  return sshd;
}

interface HostCertificate {
  readonly words: readonly string[];
  readonly hostKey?: SshdOptions['hostKey'];
  readonly authority?: 'ed25519' | 'ecdsa' | 'rsa';
  readonly more?: readonly string[];
}

const withHostCertificate = ({ words, hostKey, authority = 'ed25519', more = [] }: HostCertificate) =>
  sshdWith({
    ...(hostKey && { hostKey }),
    more: (at) => {
      makeKey(at('ca'), authority);
      certify(at('host'), ['-h', '-I', 'worker-3 of the test', ...words], at('ca'));
      return [`HostCertificate ${at('host-cert.pub')}`, ...more];
    },
  });

/** The known hosts that trust the test's authority. */
const trusting = (sshd: RealSshd, marker = '@cert-authority'): Partial<SshConfig> => ({
  knownHostsFile: sshd.file('ca_hosts', `${marker} [worker-*]:* ${publicHalf(sshd.file('ca'))}\n`),
});

async function reach(sshd: RealSshd, config: Partial<SshConfig>) {
  const { client, way, hostKey } = await dial({ ...sshd.config, ...config }, 'worker-3');
  client.end();
  return { verified: way.at(-1)!.verified, hostKey };
}
const refusal = async (promise: Promise<unknown>): Promise<StepFailure> =>
  promise.then(
    () => Promise.reject(new Error('it was let through')),
    (error: StepFailure) => error,
  );
const fingerprintOf = (path: string) =>
  /SHA256:\S+/.exec(execFileSync('ssh-keygen', ['-lf', path], { encoding: 'utf8' }))![0];

for (const [hostKey, authority] of [
  ['ed25519', 'ed25519'],
  ['ecdsa', 'rsa'],
  ['rsa', 'ecdsa'],
] as const) {
  test(`a host with an ${hostKey} key is believed by the certificate of an ${authority} authority`, async () => {
    const sshd = await withHostCertificate({
      words: ['-n', 'worker-3', '-z', '7', ...DAY],
      hostKey,
      authority,
    });
    const { verified, hostKey: shown } = await reach(sshd, trusting(sshd));
    expect(verified).toMatchObject({
      by: `${sshd.file('ca_hosts')}:1`,
      certificate: {
        id: 'worker-3 of the test',
        serial: '7',
        authority: fingerprintOf(sshd.file('ca.pub')),
      },
    });
    expect(shown).toBe(fingerprintOf(sshd.file('host.pub')));
  });
}

test('a certificate of a pattern of names, and one that never ends, count', async () => {
  const sshd = await withHostCertificate({ words: ['-n', 'elsewhere,worker-?', '-V', 'always:forever'] });
  expect((await reach(sshd, trusting(sshd))).verified.certificate?.validBefore).toBeNull();
});

test('the keys are exchanged again over a certified connection, and commands go on', async () => {
  const sshd = await withHostCertificate({ words: ['-n', 'worker-3', ...DAY], more: ['RekeyLimit 100K'] });
  const { client } = await dial({ ...sshd.config, ...trusting(sshd) }, 'worker-3');
  let exchanges = 0;
  client.on('handshake', () => exchanges++);
  const bytes = await new Promise<number>((resolve, reject) => {
    client.exec('head -c 1000000 /dev/zero', (error, stream) => {
      if (error) return reject(error);
      let count = 0;
      stream.on('data', (chunk: Buffer) => (count += chunk.length));
      stream.on('close', () => resolve(count));
    });
  });
  client.end();
  expect([bytes, exchanges > 0]).toEqual([1_000_000, true]);
});

for (const [what, words, message] of [
  ['of another host', ['-n', 'worker-4', ...DAY], /is for worker-4 and not for worker-3/],
  ['that expired', ['-n', 'worker-3', '-V', '-2d:-1d'], /expired at \d{4}-/],
  ['that is not valid yet', ['-n', 'worker-3', '-V', '+1d:+2d'], /is not valid before \d{4}-/],
  ['that names no host', DAY, /names no host at all/],
] as const) {
  test(`a host certificate ${what} is refused`, async () => {
    const sshd = await withHostCertificate({ words });
    const error = await refusal(reach(sshd, trusting(sshd)));
    expect([error.kind, error.message]).toEqual(['refused', expect.stringMatching(message)]);
    expect(error.message).toContain('"worker-3 of the test"');
    expect(error.next).toContain(`${sshd.file('ca_hosts')}:1`);
  });
}

test('a host whose own key is known is believed whatever is wrong with its certificate, as ssh believes it', async () => {
  const sshd = await withHostCertificate({ words: ['-n', 'worker-3', '-V', '-2d:-1d'] });
  const file = sshd.file(
    'both',
    `@cert-authority * ${publicHalf(sshd.file('ca'))}\n[worker-3]:* ${publicHalf(sshd.file('host'))}\n`,
  );
  expect((await reach(sshd, { knownHostsFile: file })).verified).toMatchObject({
    by: `${file}:2`,
    certificate: null,
  });
  const options = [
    ...['UserKnownHostsFile=' + file, 'GlobalKnownHostsFile=/dev/null', 'StrictHostKeyChecking=yes'],
    ...['HostKeyAlias=[worker-3]:1', 'BatchMode=yes', 'IdentitiesOnly=yes', `User=${sshd.config.user}`],
  ].flatMap((option) => ['-o', option]);
  const words = ['-F', 'none', ...options, '-i', sshd.config.identityFile, '-p', String(sshd.config.port)];
  // Not in one go with this process, which carries the connection.
  const { stdout } = await promisify(execFile)('ssh', [...words, '127.0.0.1', 'echo in']);
  expect(stdout).toBe('in\n');
});

test('another authority, a revoked one and a revoked key are refused; with its own key known the host is believed', async () => {
  const sshd = await withHostCertificate({ words: ['-n', 'worker-3', ...DAY] });
  makeKey(sshd.file('other-ca'));
  const authority = (path: string) => `@cert-authority * ${publicHalf(sshd.file(path))}`;
  const known = (name: string, ...lines: string[]) =>
    reach(sshd, { knownHostsFile: sshd.file(name, `${lines.join('\n')}\n`) });
  const stranger = await refusal(known('h1', authority('other-ca')));
  expect(stranger.message).toMatch(/certificate of an authority that is not trusted/);
  expect(stranger.message).toContain(fingerprintOf(sshd.file('ca.pub')));
  const revokedCa = await refusal(known('h2', authority('ca'), `@revoked * ${publicHalf(sshd.file('ca'))}`));
  expect(revokedCa.message).toContain(`${sshd.file('h2')}:2 revokes`);
  const revoked = await refusal(known('h3', authority('ca'), `@revoked * ${publicHalf(sshd.file('host'))}`));
  expect(revoked.message).toContain(`a certified key that ${sshd.file('h3')}:2 revokes`);
  const own = await known('h4', authority('other-ca'), `[worker-3]:* ${publicHalf(sshd.file('host'))}`);
  expect(own.verified).toMatchObject({ by: `${sshd.file('h4')}:2`, certificate: null });
});

test('a host without a certificate that is known by an authority only is refused in those words', async () => {
  const sshd = await sshdWith({ more: (at) => (makeKey(at('ca')), []) });
  const error = await refusal(reach(sshd, trusting(sshd)));
  expect([error.kind, error.message]).toEqual([
    'refused',
    expect.stringMatching(/shows no host certificate, and .* trusts it by a certificate authority only/),
  ]);
});

/** An sshd that lets nobody in but who shows a certificate of its authority. */
const forUserCertificates = (clientKey = 'ed25519') =>
  sshdWith({
    more: (at) => {
      makeKey(at('user-ca'));
      makeKey(at('certified'), clientKey);
      return [`TrustedUserCAKeys ${at('user-ca.pub')}`, 'AuthorizedPrincipalsFile none'];
    },
  });

async function agentIn(sshd: RealSshd): Promise<string> {
  const socket = sshd.file('agent');
  const agent: ChildProcess = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  running.unshift(() => agent.kill());
  while (!existsSync(socket)) await sleep(20);
  return socket;
}
const add = (socket: string, key: string) =>
  execFileSync('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'pipe' });

for (const type of ['ed25519', 'ecdsa', 'rsa']) {
  test(`a user certificate beside an ${type} key logs in where the key alone does not`, async () => {
    const sshd = await forUserCertificates(type);
    const identityFile = sshd.file('certified');
    const { user } = sshd.config;
    expect((await refusal(reach(sshd, { identityFile }))).message).toContain('does not let');
    certify(identityFile, ['-I', 'on call', '-n', user, ...DAY], sshd.file('user-ca'));
    await reach(sshd, { identityFile });
    copyFileSync(`${identityFile}-cert.pub`, sshd.file('elsewhere'));
    rmSync(`${identityFile}-cert.pub`);
    await reach(sshd, { identityFile, certificateFile: sshd.file('elsewhere') });
    copyFileSync(sshd.file('elsewhere'), `${identityFile}-cert.pub`);
    const agent = await agentIn(sshd);
    add(agent, identityFile);
    await reach(sshd, { identityFile: undefined, agent });
    await reach(sshd, { identityFile: `${identityFile}.pub`, agent });
  });
}

test('an expired user certificate is not tried, and the refusal says so', async () => {
  const sshd = await forUserCertificates();
  const identityFile = sshd.file('certified');
  certify(identityFile, ['-I', 'on call', '-n', sshd.config.user, '-V', '-2d:-1d'], sshd.file('user-ca'));
  const error = await refusal(reach(sshd, { identityFile }));
  expect(error.next).toMatch(/Not tried: the certificate "on call" in .*-cert\.pub expired at/);
});

test('plain keys of every type log in from an agent, and a locked key file through it', async () => {
  const sshd = await sshdWith({});
  const agent = await agentIn(sshd);
  add(agent, sshd.file('client'));
  await reach(sshd, { identityFile: undefined, agent });
  await reach(sshd, { identityFile: `${sshd.file('client')}.pub`, agent });
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'secret', '-f', sshd.file('client')]);
  await reach(sshd, { agent });
  const locked = await refusal(reach(sshd, {}));
  expect([locked.kind, locked.message]).toEqual([
    'invalid',
    expect.stringMatching(/has a passphrase, and no agent/),
  ]);
  const gone = await refusal(reach(sshd, { agent: sshd.file('no-agent') }));
  expect(gone.message).toMatch(/SSH agent at .*no-agent cannot be reached/);
});
