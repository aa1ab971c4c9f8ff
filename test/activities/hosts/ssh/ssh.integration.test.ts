import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect, createServer, Socket, type AddressInfo } from 'node:net';
import type { StepFailure } from '../../../../activities/kit/index.ts';
import { commandLine, endedByHost, whileAsked } from '../../../../activities/hosts/ssh/command-line.ts';
import { dial } from '../../../../activities/hosts/ssh/connection.ts';
import { exec } from '../../../../activities/hosts/ssh/exec.ts';
import { createSsh, type RunOptions, type Ssh } from '../../../../activities/hosts/ssh/ssh.ts';
import { until } from '../../../setup/until.ts';
import { startSshd, type RealSshd } from './real-sshd.ts';

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
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000);
const sh = (script: string) => commandLine(['sh', '-c', script]);
const failure = async (promise: Promise<unknown>): Promise<StepFailure> =>
  promise.then(
    () => Promise.reject(new Error('it succeeded')),
    (error: StepFailure) => error,
  );
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(async () => {
  for (const one of opened) one.close();
  await sshd.stop();
});

test('a command gives exit code, both streams, the host key and the moments around it', async () => {
  const ran = await ssh().run('worker-3', sh('echo out; echo err >&2; exit 3'), options());
  expect(ran).toMatchObject({ code: 3, signal: null, stdout: 'out\n', stderr: 'err\n' });
  expect(execFileSync('ssh-keygen', ['-lf', sshd.file('host.pub')], { encoding: 'utf8' })).toContain(
    ran.hostKey,
  );
  expect(ran.endedAt).toBeGreaterThanOrEqual(ran.sentAt);
});

test('a command that a signal ended says which', async () => {
  const ran = await ssh().run('worker-3', sh('kill -TERM $$'), options());
  expect(ran).toMatchObject({ code: null, signal: 'SIGTERM' });
});

test('another host key is refused, with the file and both fingerprints, and no command runs', async () => {
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
});

test('a host whose known key is of a type that it does not have is refused in words', async () => {
  execFileSync('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', '', '-f', sshd.file('ecdsa')]);
  const ecdsa = readFileSync(sshd.file('ecdsa.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
  const knownHostsFile = sshd.file('ecdsa_hosts', `[worker-3]:${sshd.config.port} ${ecdsa}\n`);
  const error = await failure(ssh({ knownHostsFile }).run('worker-3', 'true', options()));
  expect([error.kind, error.message]).toEqual([
    'refused',
    expect.stringMatching(/no host key of a type that .* knows/),
  ]);
});

test('a key that is not let in is refused, and its content is in no error', async () => {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', sshd.file('stranger')]);
  const error = await failure(
    ssh({ identityFile: sshd.file('stranger') }).run('worker-3', 'true', options()),
  );
  expect([error.kind, error.message]).toEqual([
    'refused',
    expect.stringMatching(/does not let .* in with the key/),
  ]);
  const secret = readFileSync(sshd.file('stranger'), 'utf8').split('\n')[1]!;
  expect(JSON.stringify([error.message, error.next, error.facts, String(error.cause)])).not.toContain(secret);
});

test.each([
  ['no key file', { identityFile: '/nonexistent/key' }, /SSH key .* cannot be read/],
  ['no known hosts file', { knownHostsFile: '/nonexistent/known' }, /known hosts file .* cannot be read/],
  ['a key file that is none', { identityFile: '/etc/hostname' }, /not a private key/],
])('%s is invalid and named', async (_what, config, message) => {
  const error = await failure(ssh(config).run('worker-3', 'true', options()));
  expect([error.kind, error.message]).toEqual(['invalid', expect.stringMatching(message)]);
});

test('a host where nothing listens, and one that says nothing, can be tried again: nothing was sent', async () => {
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
});

test.each([
  ['read', 'retryable'],
  ['change', 'unknown-outcome'],
] as const)(
  'a hung %s ends as %s at the local limit, and the host ends it by itself',
  async (effect, kind) => {
    const mark = sshd.file(`hung-${effect}`);
    const script = `echo $$ > ${mark}.part; mv ${mark}.part ${mark}; sleep 600`;
    const line = commandLine(endedByHost(['sh', '-c', script], 6));
    const one = ssh();
    // The connection is there already: the time is for the command only.
    await one.run('worker-3', 'true', options());
    const hung = failure(one.run('worker-3', line, options({ effect, limitMs: 3_000 })));
    expect((await hung).kind).toBe(kind);
    await until(
      () => existsSync(mark),
      () => 'the command never began',
    );
    const pid = readFileSync(mark, 'utf8').trim();
    await until(
      () => !existsSync(`/proc/${pid}`),
      () => 'the host does not end the command',
    );
  },
);

test.each([
  ['read', 'invalid'],
  ['change', 'unknown-outcome'],
] as const)('a flood of output from a %s is stopped and said: %s', async (effect, kind) => {
  const one = ssh();
  const error = await failure(
    one.run('worker-3', endedByHost(['yes', 'flood'], 20).join(' '), options({ effect, maxBytes: 200_000 })),
  );
  expect([error.kind, error.message]).toEqual([kind, expect.stringMatching(/more than 200000 bytes/)]);
  expect((await one.run('worker-3', 'echo next', options())).stdout).toBe('next\n');
});

test('a flood of errors does not fill the memory, and the command ends', async () => {
  const ran = await ssh().run(
    'worker-3',
    sh('head -c 5000000 /dev/zero | tr "\\0" x >&2; echo done'),
    options(),
  );
  expect(ran.stdout).toBe('done\n');
  expect(ran.stderr.length).toBe(64 * 1024);
});

test.each([
  ['read', 'retryable'],
  ['change', 'unknown-outcome'],
] as const)(
  'a connection that is lost in the middle of a %s: %s; the next command dials again',
  async (effect, kind) => {
    const one = ssh();
    const mark = sshd.file(`started-${effect}`);
    const running = failure(one.run('worker-3', sh(`echo > ${mark}; sleep 20`), options({ effect })));
    await until(() => existsSync(mark));
    sshd.cut();
    const error = await running;
    expect([error.kind, error.message]).toEqual([kind, expect.stringMatching(/was lost in the middle/)]);
    expect((await one.run('worker-3', 'echo again', options())).stdout).toBe('again\n');
  },
);

test('a connection on which nothing arrives any more is given up long before the time of a command', async () => {
  const mark = sshd.file('silent');
  const line = sh(`echo > ${mark}; sleep 20`);
  const running = failure(
    ssh().run('worker-3', line, options({ limitMs: 280_000, deadline: inMinutes(10) })),
  );
  await until(() => existsSync(mark));
  sshd.freeze();
  const { kind, message } = await running;
  expect([kind, message]).toEqual(['retryable', expect.stringMatching(/was lost in the middle/)]);
});

test('small packets are not held back for the answer to the one before', async () => {
  const setNoDelay = jest.spyOn(Socket.prototype, 'setNoDelay');
  try {
    await ssh().run('worker-3', 'true', options());
    const told = setNoDelay.mock.contexts.map((socket, n) => [
      (socket as Socket).remotePort,
      setNoDelay.mock.calls[n]![0],
    ]);
    expect(told).toContainEqual([sshd.config.port, true]);
  } finally {
    setNoDelay.mockRestore();
  }
});

test('a command for a connection that has died since it was handed out was not sent, and is no crash', async () => {
  const { client, hostKey, way } = await dial(sshd.config, 'worker-3');
  const ended = once(client, 'close');
  client.end();
  await ended;
  let abandoned = 0;
  const lease = {
    ...{ client, hostKey, way },
    release: () => undefined,
    abandon: () => void abandoned++,
    narrow: () => false,
  };
  const command = {
    host: 'worker-3',
    line: 'true',
    effect: 'change',
    limitMs: 60_000,
    maxBytes: 1_000,
  } as const;
  const { kind, message } = await failure(exec(lease, { ...command, signal: new AbortController().signal }));
  expect([kind, message, abandoned]).toEqual(['retryable', expect.stringMatching(/nothing was sent/), 1]);
});

test('a call that is cancelled ends at once; one that was cancelled before sends nothing', async () => {
  const one = ssh();
  const mark = sshd.file('cancelled');
  const stop = new AbortController();
  const running = failure(
    one.run('worker-3', sh(`echo > ${mark}; sleep 20`), options({ effect: 'change', signal: stop.signal })),
  );
  await until(() => existsSync(mark));
  stop.abort();
  expect((await running).kind).toBe('unknown-outcome');
  const before = await failure(
    one.run('worker-3', `touch ${sshd.file('late')}`, options({ effect: 'change', signal: stop.signal })),
  );
  expect(before.kind).toBe('retryable');
  expect(existsSync(sshd.file('late'))).toBe(false);
});

test('after the deadline, and to a host with another key than the plan saw, nothing is sent', async () => {
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
});

test('commands share connections, eight at once on each, and are served in order', async () => {
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
});

test('commands that were given up on keep their sessions on the server: no other command meets those', async () => {
  const one = ssh();
  const before = sshd.connections();
  const [begun, go] = [sshd.file('healthy'), sshd.file('go')];
  const healthy = one.run(
    'worker-3',
    sh(`echo > ${begun}; until [ -e ${go} ]; do sleep 0.1; done; echo done`),
    options({ limitMs: 240_000, deadline: inMinutes(5) }),
  );
  await until(() => existsSync(begun));
  const hung: string[] = [];
  /** A command that hears of nothing: not even the end of its connection ends it. */
  const hangAndGiveUp = async () => {
    const mark = sshd.file(`hung-${hung.length}`);
    hung.push(mark);
    const stop = new AbortController();
    let ended = false;
    const running = failure(
      one.run(
        'worker-3',
        sh(`trap '' HUP TERM PIPE; echo $$ > ${mark}.part; mv ${mark}.part ${mark}; exec sleep 600`),
        options({ signal: stop.signal, limitMs: 240_000, deadline: inMinutes(5) }),
      ),
    ).finally(() => (ended = true));
    await until(() => ended || existsSync(mark));
    stop.abort();
    return running;
  };
  try {
    // Beside the healthy one they fill the connection, and one after the other they would fill the server's ten sessions.
    const together = await Promise.all(Array.from({ length: 7 }, hangAndGiveUp));
    const oneByOne = [];
    for (let i = 0; i < 5; i++) oneByOne.push(await hangAndGiveUp());
    for (const error of [...together, ...oneByOne])
      expect([error.kind, error.message]).toEqual([
        'retryable',
        expect.stringMatching(/the call to worker-3 ended/),
      ]);
    const ran = await Promise.all(
      Array.from({ length: 8 }, (_, i) => one.run('worker-3', `echo ${i}`, options())),
    );
    expect(ran.map(({ stdout }) => Number(stdout))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    sshd.file('go', '');
    expect(await healthy).toMatchObject({ code: 0, stdout: 'done\n' });
    // The first, one for each that was given up by itself, and the last.
    expect(sshd.connections() - before).toBe(7);
  } finally {
    for (const mark of hung.filter((m) => existsSync(m))) {
      const pid = Number(readFileSync(mark, 'utf8'));
      if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
    }
  }
}, 300_000);

test('a server that allows fewer sessions is served with what it allows', async () => {
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
});

test('a server that opens no session at all refuses, in words', async () => {
  const none = await startSshd({ maxSessions: 0 });
  try {
    const one = ssh({}, none);
    const error = await failure(one.run('worker-3', 'true', options()));
    expect([error.kind, error.message]).toEqual(['refused', expect.stringMatching(/opens no session/)]);
    one.close();
  } finally {
    await none.stop();
  }
});

test('a server that hangs up on too many logins at once is tried again until it takes one', async () => {
  const shy = await startSshd({ more: () => ['MaxStartups 1:100:1', 'LoginGraceTime 60'] });
  const one = ssh({}, shy);
  const other = connect(shy.config.port, '127.0.0.1');
  try {
    // Its greeting shows that the server counts it as one that has not logged in.
    await new Promise((resolve) => other.once('data', resolve));
    const ran = one.run('worker-3', 'echo in', options());
    await until(() => shy.connections() >= 3);
    other.destroy();
    expect((await ran).stdout).toBe('in\n');
  } finally {
    other.destroy();
    one.close();
    await shy.stop();
  }
});

test('a run that asks fifty things at once does not keep another waiting for its one', async () => {
  const one = ssh();
  const log = sshd.file('order', '');
  const asks = (caller: string) => one.run('worker-3', sh(`echo ${caller} >> ${log}`), options({ caller }));
  const many = Array.from({ length: 50 }, () => asks('many'));
  await Promise.all([...many, asks('one')]);
  const order = readFileSync(log, 'utf8').trim().split('\n');
  expect(order).toHaveLength(51);
  // Four connections of eight are busy before it, and some of them are served while its own command starts.
  expect(order.indexOf('one')).toBeLessThan(46);
});

for (const how of ['is cancelled', 'loses its connection'] as const) {
  test(`a read that ${how} is ended on the host too, with all that it started`, async () => {
    const stop = new AbortController();
    const mark = sshd.file(`held-${how.length}`);
    const script = `echo $$ > ${mark}.part; sleep 600 & echo $! >> ${mark}.part; mv ${mark}.part ${mark}; wait`;
    const line = commandLine(whileAsked(['sh', '-c', script], 300));
    const running = failure(ssh().run('worker-3', line, options({ held: true, signal: stop.signal })));
    await until(() => existsSync(mark));
    if (how === 'is cancelled') stop.abort();
    else sshd.cut();
    expect((await running).kind).toBe('retryable');
    for (const pid of readFileSync(mark, 'utf8').trim().split('\n'))
      await until(() => !existsSync(`/proc/${pid}`));
  });
}

test('a command that runs while it is asked for gives its output and code as it would by itself', async () => {
  const words = ['sh', '-c', 'cat; echo "$1"; exit 7', 'sh', "it's $HOME; `reboot`"];
  const ran = await ssh().run('worker-3', commandLine(whileAsked(words, 30)), options({ held: true }));
  expect(ran).toMatchObject({ code: 7, stdout: "it's $HOME; `reboot`\n", stderr: '' });
});

test('output above a limit can be cut, and says so: a read is stopped there, a change is not', async () => {
  const one = ssh();
  const lines = await one.run('worker-3', 'seq 1 1000', options({ more: 'cut', maxLines: 3 }));
  expect(lines).toMatchObject({ stdout: '1\n2\n3\n', cut: 'lines', code: null });
  const flood = endedByHost(['yes', '漢'], 20).join(' ');
  const bytes = await one.run('worker-3', flood, options({ more: 'cut', maxBytes: 10 }));
  expect(bytes).toMatchObject({ stdout: '漢\n漢\n', cut: 'bytes' });
  const mark = sshd.file('changed');
  const change = await one.run(
    'worker-3',
    sh(`seq 1 100000; touch ${mark}; exit 4`),
    options({ effect: 'change', more: 'cut', maxLines: 2 }),
  );
  expect(change).toMatchObject({ stdout: '1\n2\n', cut: 'lines', code: 4 });
  expect(existsSync(mark)).toBe(true);
  const refused = await failure(one.run('worker-3', 'seq 1 9', options({ maxLines: 3 })));
  expect(refused.message).toMatch(/more than 3 lines/);
});
