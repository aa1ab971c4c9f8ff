import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StepFailure } from '../../../../activities/kit/index.ts';
import { commandLine, endedByHost } from '../../../../activities/hosts/ssh/command-line.ts';
import { createSsh, type RunOptions, type Ssh } from '../../../../activities/hosts/ssh/ssh.ts';
import { startSshd, type RealSshd } from './real-sshd.ts';

const LONG = 60_000;
let sshd: RealSshd;
const opened: Ssh[] = [];
const ssh = (config: Partial<RealSshd['config']> = {}, at = sshd) => {
  const made = createSsh({ ...at.config, ...config });
  opened.push(made);
  return made;
};
const options = (given: Partial<RunOptions> = {}): RunOptions => ({
  effect: 'read',
  limitMs: 50_000,
  maxBytes: 1024 * 1024,
  signal: new AbortController().signal,
  deadline: new Date(Date.now() + 50_000),
  ...given,
});
const sh = (script: string) => commandLine(['sh', '-c', script]);
const failure = async (promise: Promise<unknown>): Promise<StepFailure> =>
  promise.then(
    () => Promise.reject(new Error('it succeeded')),
    (error: StepFailure) => error,
  );
async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 30_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error('waited in vain');
    await sleep(20);
  }
}

beforeAll(async () => {
  sshd = await startSshd();
}, LONG);
afterAll(async () => {
  for (const one of opened) one.close();
  await sshd.stop();
}, LONG);

test(
  'a command gives exit code, both streams, the host key and the moments around it',
  async () => {
    const ran = await ssh().run('worker-3', sh('echo out; echo err >&2; exit 3'), options());
    expect(ran).toMatchObject({ code: 3, signal: null, stdout: 'out\n', stderr: 'err\n' });
    expect(execFileSync('ssh-keygen', ['-lf', sshd.file('host.pub')], { encoding: 'utf8' })).toContain(
      ran.hostKey,
    );
    expect(ran.endedAt).toBeGreaterThanOrEqual(ran.sentAt);
  },
  LONG,
);

test(
  'a command that a signal ended says which',
  async () => {
    const ran = await ssh().run('worker-3', sh('kill -TERM $$'), options());
    expect(ran).toMatchObject({ code: null, signal: 'SIGTERM' });
  },
  LONG,
);

test(
  'another host key is refused, with the file and both fingerprints, and no command runs',
  async () => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', sshd.file('other')]);
    const other = readFileSync(sshd.file('other.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
    const knownHostsFile = sshd.file('wrong_hosts', `[worker-3]:${sshd.config.port} ${other}\n`);
    const error = await failure(
      ssh({ knownHostsFile }).run('worker-3', `touch ${sshd.file('touched')}`, options({ effect: 'change' })),
    );
    expect(error.kind).toBe('refused');
    expect(error.message).toContain(knownHostsFile);
    expect(error.message.match(/SHA256:/g)).toHaveLength(2);
    expect(existsSync(sshd.file('touched'))).toBe(false);
  },
  LONG,
);

test(
  'a host whose known key is of a type that it does not have is refused in words',
  async () => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', '', '-f', sshd.file('ecdsa')]);
    const ecdsa = readFileSync(sshd.file('ecdsa.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
    const knownHostsFile = sshd.file('ecdsa_hosts', `[worker-3]:${sshd.config.port} ${ecdsa}\n`);
    const error = await failure(ssh({ knownHostsFile }).run('worker-3', 'true', options()));
    expect([error.kind, error.message]).toEqual([
      'refused',
      expect.stringMatching(/no host key of a type that .* knows/),
    ]);
  },
  LONG,
);

test(
  'a key that is not let in is refused, and its content is in no error',
  async () => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', sshd.file('stranger')]);
    const error = await failure(
      ssh({ identityFile: sshd.file('stranger') }).run('worker-3', 'true', options()),
    );
    expect([error.kind, error.message]).toEqual([
      'refused',
      expect.stringMatching(/does not let .* in with the key/),
    ]);
    const secret = readFileSync(sshd.file('stranger'), 'utf8').split('\n')[1]!;
    expect(JSON.stringify([error.message, error.next, error.facts, String(error.cause)])).not.toContain(
      secret,
    );
  },
  LONG,
);

test.each([
  ['no key file', { identityFile: '/nonexistent/key' }, /SSH key .* cannot be read/],
  ['no known hosts file', { knownHostsFile: '/nonexistent/known' }, /known hosts file .* cannot be read/],
  ['a key file that is none', { identityFile: '/etc/hostname' }, /not a private key/],
])(
  '%s is invalid and named',
  async (_what, config, message) => {
    const error = await failure(ssh(config).run('worker-3', 'true', options()));
    expect([error.kind, error.message]).toEqual(['invalid', expect.stringMatching(message)]);
  },
  LONG,
);

test(
  'a host where nothing listens, and one that says nothing, can be tried again: nothing was sent',
  async () => {
    const silent = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const quiet = await failure(
      ssh({ port, connectTimeoutMs: 300 }).run('worker-3', 'true', options({ effect: 'change' })),
    );
    await new Promise((resolve) => {
      silent.close(resolve);
      opened.at(-1)!.close();
    });
    const dead = await failure(ssh({ port }).run('worker-3', 'true', options({ effect: 'change' })));
    expect([quiet.kind, dead.kind]).toEqual(['retryable', 'retryable']);
    expect(quiet.message).toMatch(/no answer within 0\.3 s/);
    expect(dead.message).toMatch(/ECONNREFUSED/);
  },
  LONG,
);

test.each([
  ['read', 'retryable'],
  ['change', 'unknown-outcome'],
] as const)(
  'a hung %s ends as %s at the local limit, and the host ends it by itself',
  async (effect, kind) => {
    const mark = sshd.file(`hung-${effect}`);
    const line = commandLine(endedByHost(['sh', '-c', `echo $$ > ${mark}; sleep 600`], 2));
    const hung = failure(ssh().run('worker-3', line, options({ effect, limitMs: 1_000 })));
    expect((await hung).kind).toBe(kind);
    await until(() => existsSync(mark));
    const pid = readFileSync(mark, 'utf8').trim();
    await until(() => !existsSync(`/proc/${pid}`));
  },
  LONG,
);

test.each([
  ['read', 'invalid'],
  ['change', 'unknown-outcome'],
] as const)(
  'a flood of output from a %s is stopped and said: %s',
  async (effect, kind) => {
    const one = ssh();
    const error = await failure(
      one.run(
        'worker-3',
        endedByHost(['yes', 'flood'], 20).join(' '),
        options({ effect, maxBytes: 200_000 }),
      ),
    );
    expect([error.kind, error.message]).toEqual([kind, expect.stringMatching(/more than 200000 bytes/)]);
    expect((await one.run('worker-3', 'echo next', options())).stdout).toBe('next\n');
  },
  LONG,
);

test(
  'a flood of errors does not fill the memory, and the command ends',
  async () => {
    const ran = await ssh().run(
      'worker-3',
      sh('head -c 5000000 /dev/zero | tr "\\0" x >&2; echo done'),
      options(),
    );
    expect(ran.stdout).toBe('done\n');
    expect(ran.stderr.length).toBe(64 * 1024);
  },
  LONG,
);

test.each([
  ['read', 'retryable'],
  ['change', 'unknown-outcome'],
] as const)(
  'a connection that is lost in the middle of a %s: %s; the next command dials again',
  async (effect, kind) => {
    const one = ssh();
    const mark = sshd.file(`started-${effect}`);
    const running = failure(one.run('worker-3', sh(`echo > ${mark}; sleep 3`), options({ effect })));
    await until(() => existsSync(mark));
    sshd.cut();
    const error = await running;
    expect([error.kind, error.message]).toEqual([kind, expect.stringMatching(/was lost in the middle/)]);
    expect((await one.run('worker-3', 'echo again', options())).stdout).toBe('again\n');
  },
  LONG,
);

test(
  'a call that is cancelled ends at once; one that was cancelled before sends nothing',
  async () => {
    const one = ssh();
    const mark = sshd.file('cancelled');
    const stop = new AbortController();
    const running = failure(
      one.run('worker-3', sh(`echo > ${mark}; sleep 5`), options({ effect: 'change', signal: stop.signal })),
    );
    await until(() => existsSync(mark));
    stop.abort();
    expect((await running).kind).toBe('unknown-outcome');
    const before = await failure(
      one.run('worker-3', `touch ${sshd.file('late')}`, options({ effect: 'change', signal: stop.signal })),
    );
    expect(before.kind).toBe('retryable');
    expect(existsSync(sshd.file('late'))).toBe(false);
  },
  LONG,
);

test(
  'after the deadline, and to a host with another key than the plan saw, nothing is sent',
  async () => {
    const one = ssh();
    const touch = `touch ${sshd.file('never')}`;
    const late = await failure(
      one.run('worker-3', touch, options({ effect: 'change', deadline: new Date(Date.now() - 1) })),
    );
    const other = await failure(
      one.run('worker-3', touch, options({ effect: 'change', hostKey: 'SHA256:other' })),
    );
    expect([late.kind, other.kind]).toEqual(['retryable', 'conflict']);
    expect(existsSync(sshd.file('never'))).toBe(false);
  },
  LONG,
);

test(
  'commands share connections, eight at once on each, and are served in order',
  async () => {
    const one = ssh();
    const before = sshd.connections();
    await Promise.all(Array.from({ length: 8 }, () => one.run('worker-3', 'true', options())));
    for (let i = 0; i < 5; i++) await one.run('worker-3', 'true', options());
    expect(sshd.connections() - before).toBe(1);
    const ran = await Promise.all(
      Array.from({ length: 24 }, (_, i) => one.run('worker-3', `echo ${i}`, options())),
    );
    expect(ran.map(({ stdout }) => Number(stdout))).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect(sshd.connections() - before).toBeLessThanOrEqual(4);
  },
  LONG,
);

test(
  'a server that allows fewer sessions is served with what it allows',
  async () => {
    const narrow = await startSshd({ maxSessions: 2 });
    try {
      const one = ssh({}, narrow);
      const ran = await Promise.all(
        Array.from({ length: 20 }, (_, i) => one.run('worker-3', sh(`sleep 0.05; echo ${i}`), options())),
      );
      expect(ran.map(({ stdout }) => Number(stdout))).toEqual(Array.from({ length: 20 }, (_, i) => i));
      one.close();
    } finally {
      await narrow.stop();
    }
  },
  LONG,
);

test(
  'a server that opens no session at all refuses, in words',
  async () => {
    const none = await startSshd({ maxSessions: 0 });
    try {
      const one = ssh({}, none);
      const error = await failure(one.run('worker-3', 'true', options()));
      expect([error.kind, error.message]).toEqual(['refused', expect.stringMatching(/opens no session/)]);
      one.close();
    } finally {
      await none.stop();
    }
  },
  LONG,
);
