import { afterAll, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StepFailure } from '../../../../activities/kit/index.ts';
import { algorithmsFor, judgeHostKey } from '../../../../activities/hosts/ssh/host-key.ts';
import { knownHostName, lineMatches, parseKnownHosts } from '../../../../activities/hosts/ssh/known-hosts.ts';
import { fingerprint } from '../../../../activities/hosts/ssh/public-key.ts';

const folder = mkdtempSync(join(tmpdir(), 'known-hosts-'));
afterAll(() => rmSync(folder, { recursive: true }));

function keyPair(name: string, type = 'ed25519'): { line: string; blob: Buffer; file: string } {
  const file = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', file]);
  const line = readFileSync(`${file}.pub`, 'utf8').trim().split(' ').slice(0, 2).join(' ');
  return { line, blob: Buffer.from(line.split(' ')[1]!, 'base64'), file };
}
const own = keyPair('own');
const other = keyPair('other');
const ecdsa = keyPair('ecdsa', 'ecdsa');
const rsa = keyPair('rsa', 'rsa');

const host = (text: string, { port = 22, name = 'worker-3.example' } = {}) => ({
  host: name,
  name: knownHostName(name, port),
  principal: name,
  files: ['known_hosts'],
  lines: parseKnownHosts(text, 'known_hosts'),
});
const verdict = (text: string, at?: { port?: number; name?: string }, key = own.blob) => {
  const judged = judgeHostKey(host(text, at), key, new Date());
  return judged instanceof StepFailure ? judged.message : 'accepted';
};

test.each<[why: string, text: string, at: { port?: number; name?: string } | undefined]>([
  ['a plain name', `worker-3.example ${own.line} a comment`, undefined],
  ['one of several names', `a,b,worker-3.example,10.0.0.3 ${own.line}`, undefined],
  ['a name in other case', `Worker-3.Example ${own.line}`, undefined],
  ['the caller writes other case', `worker-3.example ${own.line}`, { name: 'WORKER-3.example' }],
  ['a wildcard', `*.example ${own.line}`, undefined],
  ['a question mark', `worker-?.example ${own.line}`, undefined],
  ['another port', `[worker-3.example]:2222 ${own.line}`, { port: 2222 }],
  ['a wildcard with a port', `[*.example]:2222 ${own.line}`, { port: 2222 }],
  ['an IPv6 address', `fd00::3 ${own.line}`, { name: 'fd00::3' }],
  [
    'a second key of the same type',
    `worker-3.example ${other.line}\nworker-3.example ${own.line}`,
    undefined,
  ],
  ['comments, tabs and empty lines around', `# known\n\n\t\nworker-3.example\t${own.line}\n`, undefined],
  [
    'lines that make no sense are skipped',
    `nonsense\n@odd * ${other.line}\nworker-3.example ssh-ed25519 !!!\nworker-3.example ${own.line}`,
    undefined,
  ],
  [
    'a certificate authority beside a key of its own',
    `@cert-authority * ${other.line}\nworker-3.example ${own.line}`,
    undefined,
  ],
  ['another key is revoked', `@revoked * ${other.line}\nworker-3.example ${own.line}`, undefined],
])('accepts: %s', (_why, text, at) => {
  expect(verdict(text, at)).toBe('accepted');
});

test.each<[why: string, text: string, at: { port?: number; name?: string } | undefined, message: RegExp]>([
  [
    'an unknown host',
    `elsewhere ${own.line}`,
    undefined,
    /not in known_hosts \(looked up as worker-3\.example\)/,
  ],
  ['an empty file', '', undefined, /not in known_hosts/],
  [
    'another key',
    `worker-3.example ${other.line}`,
    undefined,
    /another host key than is known for worker-3\.example: .*expected ssh-ed25519 SHA256:\S+ \(known_hosts:1\)/,
  ],
  ['a negated name', `*.example,!worker-3.example ${own.line}`, undefined, /not in known_hosts/],
  [
    'a negated name that comes first',
    `!worker-3.example,*.example ${own.line}`,
    undefined,
    /not in known_hosts/,
  ],
  ['only a negation', `!elsewhere ${own.line}`, undefined, /not in known_hosts/],
  [
    'the right name on another port',
    `worker-3.example ${own.line}`,
    { port: 2222 },
    /looked up as \[worker-3\.example\]:2222/,
  ],
  ['the port of another service', `[worker-3.example]:2222 ${own.line}`, undefined, /not in known_hosts/],
  [
    'a revoked key',
    `worker-3.example ${own.line}\n@revoked * ${own.line}`,
    undefined,
    /known_hosts:2 revokes/,
  ],
  [
    'a revoked key, first in the file',
    `@revoked worker-3.example ${own.line}\nworker-3.example ${own.line}`,
    undefined,
    /revokes/,
  ],
  [
    'an authority only',
    `@cert-authority *.example ${other.line}`,
    undefined,
    /certificate authority only \(known_hosts:1\) and shows a key without a certificate/,
  ],
  [
    'an authority whose key is the host key itself',
    `@cert-authority *.example ${own.line}`,
    undefined,
    /certificate authority only/,
  ],
  ['a pattern that only looks alike', `worker-3xexample ${own.line}`, undefined, /not in known_hosts/],
  ['a name that is a part', `worker-3.example.com ${own.line}`, undefined, /not in known_hosts/],
])('refuses: %s', (_why, text, at, message) => {
  const failure = judgeHostKey(host(text, at), own.blob, new Date()) as StepFailure;
  expect(failure).toBeInstanceOf(StepFailure);
  expect(failure.kind).toBe('refused');
  expect(failure.message).toMatch(message);
  expect(failure.message).toContain(fingerprint(own.blob));
});

test.each([22, 2222])('names that ssh-keygen hashed are found again, on port %i', (port) => {
  const file = join(folder, `hashed-${port}`);
  writeFileSync(file, `${knownHostName('worker-3.example', port)} ${own.line}\n`);
  execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' });
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(/^\|1\|/);
  expect(verdict(text, { port })).toBe('accepted');
  expect(verdict(text, { port: port + 1 })).toMatch(/not in/);
  expect(verdict(text, { port, name: 'worker-4.example' })).toMatch(/not in/);
});

test.each(['|1|', '|1|xx', '|2|c2FsdA==|aGFzaA==', '|1|!!|!!'])(
  'the hashed name %j means nobody',
  (hosts) => {
    expect(lineMatches({ hosts }, 'worker-3.example')).toBe(false);
  },
);

test('a fingerprint is as ssh-keygen prints it', () => {
  expect(execFileSync('ssh-keygen', ['-lf', `${own.file}.pub`], { encoding: 'utf8' })).toContain(
    fingerprint(own.blob),
  );
});

test('the key types of the file are asked for, RSA with SHA-2 only, and certificates where an authority is trusted', () => {
  const types = (text: string) => algorithmsFor(host(text));
  expect(types(`worker-3.example ${rsa.line}`)).toEqual(['rsa-sha2-512', 'rsa-sha2-256']);
  expect(types(`worker-3.example ${ecdsa.line}\nworker-3.example ${own.line}`)).toEqual([
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
  ]);
  expect(types(`@cert-authority * ${own.line}\nworker-3.example ${own.line}`)).toEqual([
    'ssh-ed25519-cert-v01@openssh.com',
    'ecdsa-sha2-nistp256-cert-v01@openssh.com',
    'ecdsa-sha2-nistp384-cert-v01@openssh.com',
    'ecdsa-sha2-nistp521-cert-v01@openssh.com',
    'rsa-sha2-512-cert-v01@openssh.com',
    'rsa-sha2-256-cert-v01@openssh.com',
    'ssh-ed25519',
  ]);
  expect(types(`@revoked * ${own.line}`)).toBeUndefined();
});

test('a wildcard pattern that could backtrack for ever does not', () => {
  expect(lineMatches({ hosts: `${'*a'.repeat(60)}b` }, 'a'.repeat(250))).toBe(false);
});

test('a key that counts names the line that says so; of several files the one where it stands', () => {
  const lines = [
    ...parseKnownHosts(`# mine\nworker-3.example ${other.line}`, 'first'),
    ...parseKnownHosts(`\n\n*.example ${own.line}`, 'second'),
  ];
  expect(judgeHostKey({ ...host(''), lines }, own.blob, new Date())).toEqual({
    hostKey: fingerprint(own.blob),
    type: 'ssh-ed25519',
    by: 'second:3',
    certificate: null,
  });
});

test('a key of a revocation list is refused whatever the known hosts say, and the list is named', () => {
  const known = {
    ...host(`worker-3.example ${own.line}`),
    revoked: { file: 'revoked_keys', keys: [own.blob] },
  };
  expect(judgeHostKey(known, own.blob, new Date())).toMatchObject({
    message: expect.stringMatching(/that revoked_keys revokes/),
  });
});
