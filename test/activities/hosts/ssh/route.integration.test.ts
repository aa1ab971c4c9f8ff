/** Ways to a host as an ssh_config describes them: read by the real ssh, gone through real sshd processes. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { delimiter } from 'node:path';
import { dial } from '../../../../activities/hosts/ssh/connection.ts';
import { routeTo, type SshConfig } from '../../../../activities/hosts/ssh/route.ts';
import type { StepFailure } from '../../../../activities/kit/index.ts';
import { makeKey, publicHalf, startSshd, type RealSshd } from './real-sshd.ts';

let target: RealSshd;
let inner: RealSshd;
let outer: RealSshd;

beforeAll(async () => {
  [target, inner, outer] = await Promise.all([startSshd(), startSshd(), startSshd()]);
});
afterAll(async () => {
  await Promise.all([target, inner, outer].map((one) => one.stop()));
});

const known = (one: RealSshd) => `[127.0.0.1]:${one.config.port} ${publicHalf(one.file('host'))}\n`;
const hostBlock = (name: string, one: RealSshd, more: readonly string[] = []) =>
  [
    `Host ${name}`,
    'HostName 127.0.0.1',
    `Port ${one.config.port}`,
    `User ${one.config.user}`,
    `IdentityFile ${one.file('client')}`,
    `UserKnownHostsFile ${target.file('known_all')}`,
    'GlobalKnownHostsFile /dev/null',
    ...more,
  ].join('\n  ');
let files = 0;
const configured = (...blocks: string[]): SshConfig => ({
  sshConfigFile: target.file(`ssh_config_${files++}`, `${blocks.join('\n')}\n`),
  connectTimeoutMs: 30_000,
  environment: { ...process.env, SSH_AUTH_SOCK: undefined },
});
const all = () => target.file('known_all', [target, inner, outer].map(known).join(''));
const refusal = async (promise: Promise<unknown>): Promise<StepFailure> =>
  promise.then(
    () => Promise.reject(new Error('it was let through')),
    (error: StepFailure) => error,
  );

test('a host is reached through two others; each key is verified by its own line, and all ends together', async () => {
  all();
  const config = configured(
    hostBlock('deep', target, ['ProxyJump outer,inner']),
    hostBlock('inner', inner),
    hostBlock('outer', outer),
  );
  const before = [target, inner, outer].map((one) => one.connections());
  const { client, way, hostKey } = await dial(config, 'deep');
  expect(way.map(({ host, verified }) => [host, verified.by])).toEqual([
    ['outer', `${target.file('known_all')}:3`],
    ['inner', `${target.file('known_all')}:2`],
    ['deep', `${target.file('known_all')}:1`],
  ]);
  expect(hostKey).toBe(way[2]!.verified.hostKey);
  const said = await new Promise<string>((resolve, reject) => {
    client.exec('echo through', (error, stream) => {
      if (error) return reject(error);
      stream.on('data', (chunk: Buffer) => resolve(chunk.toString()));
    });
  });
  expect(said).toBe('through\n');
  expect([target, inner, outer].map((one, n) => one.connections() - before[n]!)).toEqual([1, 1, 1]);
  const ended = new Promise((resolve) => client.once('close', () => resolve(undefined)));
  outer.cut();
  await ended;
});

test('a hop whose key is not known stops the way, by name; a hop that may not forward does too', async () => {
  target.file('known_all', [target, outer].map(known).join(''));
  const blocks = [
    hostBlock('deep', target, ['ProxyJump outer,inner']),
    hostBlock('inner', inner),
    hostBlock('outer', outer),
  ];
  const stranger = await refusal(dial(configured(...blocks), 'deep'));
  expect([stranger.kind, stranger.message]).toEqual([
    'refused',
    expect.stringMatching(/^inner is not in .* \(looked up as \[127\.0\.0\.1\]:\d+\)/),
  ]);
  all();
  const closed = await startSshd({ keyOptions: 'restrict' });
  target.file('known_all', [target, closed].map(known).join(''));
  const noWay = await refusal(
    dial(configured(hostBlock('deep', target, ['ProxyJump closed']), hostBlock('closed', closed)), 'deep'),
  );
  await closed.stop();
  expect([noWay.kind, noWay.message]).toEqual([
    'retryable',
    expect.stringMatching(/the host before deep does not connect to 127\.0\.0\.1:\d+/),
  ]);
  expect(noWay.next).toMatch(/AllowTcpForwarding/);
});

test('names, aliases, several known hosts files and revoked keys count as ssh counts them', async () => {
  target.file('first', '# nothing\n');
  target.file('second', `\nthe-alias ${publicHalf(target.file('host'))}\n`);
  const lines = [
    `UserKnownHostsFile ${target.file('first')} ${target.file('second')}`,
    'HostKeyAlias the-alias',
  ];
  const block = [
    'Host aliased',
    'HostName 127.0.0.1',
    `Port ${target.config.port}`,
    `IdentityFile ${target.file('client')}`,
    ...lines,
  ];
  const { client, way } = await dial(configured(block.join('\n  ')), 'aliased');
  client.end();
  expect(way[0]).toMatchObject({ verified: { by: `${target.file('second')}:2` } });
  const revoked = target.file('revoked', `${publicHalf(target.file('host'))} lost\n`);
  const error = await refusal(
    dial(configured([...block, `RevokedHostKeys ${revoked}`].join('\n  ')), 'aliased'),
  );
  expect(error.message).toContain(`${revoked} revokes`);
  execFileSync('ssh-keygen', ['-q', '-k', '-f', target.file('krl'), target.file('host.pub')]);
  const binary = [...block, `RevokedHostKeys ${target.file('krl')}`];
  expect((await refusal(dial(configured(binary.join('\n  ')), 'aliased'))).message).toMatch(
    /binary revocation list/,
  );
});

test('an agent that is gone keeps nobody from a host that a key in a file opens', async () => {
  all();
  const config = configured(hostBlock('deep', target));
  const environment = { ...process.env, SSH_AUTH_SOCK: target.file('no-agent') };
  const { client, way } = await dial({ ...config, environment }, 'deep');
  client.end();
  expect(way[0]!.identity.from).toBe(target.file('client'));
});

test('what the configuration names wins: user, port, known hosts and, for the host itself, the key alone', async () => {
  makeKey(target.file('reading'));
  const config = configured(
    'Host deep\n  HostName 127.0.0.1\n  Port 1\n  User nobody\n  ConnectTimeout 7\n  IdentityFile ~/.ssh/%h_%r\n  ProxyJump alice@[::1]:2200',
  );
  const named = {
    ...config,
    user: 'oncall',
    port: 2222,
    identityFile: target.file('reading'),
    knownHostsFile: ['/a', '/b'],
  };
  const [hop, host] = await routeTo(named, 'deep');
  expect(host).toMatchObject({
    address: '127.0.0.1',
    port: 2222,
    user: 'oncall',
    connectTimeoutMs: 7_000,
    knownHosts: { files: ['/a', '/b'], required: true },
    identities: {
      files: [{ path: target.file('reading'), required: true }],
      agent: undefined,
      filesOnly: true,
    },
  });
  expect(hop).toMatchObject({ host: '::1', user: 'alice', port: 2200 });
  const [, bare] = await routeTo(config, 'deep');
  expect(bare!.identities.files[0]!.path).toMatch(/\/\.ssh\/127\.0\.0\.1_nobody$/);
});

test('what cannot be followed is refused in words, and no shell sees a name', async () => {
  const fails = async (block: string, host = 'deep') =>
    (await refusal(routeTo(configured(block), host))).message;
  expect(await fails('Host deep\n  ProxyCommand nc %h %p')).toMatch(
    /reaches deep by a ProxyCommand, which is not run/,
  );
  expect(await fails('Host a\n  ProxyJump b\nHost b\n  ProxyJump a', 'a')).toMatch(
    /leads in a circle: a → b → a/,
  );
  expect(await fails('Host deep\n  NoSuchThing yes')).toMatch(
    /ssh cannot use .*Bad configuration option: nosuchthing/is,
  );
  const mark = target.file('no-such-mark');
  const exec = `Match exec "touch ${mark} %n"\n  Port 22`;
  expect(await fails(exec, 'a;reboot')).toMatch(/is not a host name/);
  expect(await fails(exec, '-oProxyCommand=x')).toMatch(/is not a host name/);
  const empty = target.file('empty-path');
  mkdirSync(empty);
  const without = {
    ...configured('Host deep'),
    environment: { PATH: [empty, '/nonexistent'].join(delimiter) },
  };
  const absent = await refusal(routeTo(without, 'deep'));
  expect([absent.kind, absent.message]).toEqual([
    'invalid',
    expect.stringMatching(/needs the program ssh, which is not installed/),
  ]);
});
