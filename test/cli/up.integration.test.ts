import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { until } from '../setup/until.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const COMMAND = ['--disable-warning=ExperimentalWarning', MAIN];
const LIMIT = 5 * 60_000;

const Started = z.looseObject({
  url: z.string(),
  deployment: z.string(),
  processes: z.array(z.object({ name: z.string(), pid: z.number() })),
});

const NOBODY = {
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'nobody', cluster: { server: 'http://127.0.0.1:9' } }],
  users: [{ name: 'nobody', user: {} }],
  contexts: [{ name: 'nobody', context: { cluster: 'nobody', user: 'nobody' } }],
  'current-context': 'nobody',
};

let folder: string;
let env: NodeJS.ProcessEnv;
let up: ChildProcess;
let started: z.output<typeof Started>;
let progress = '';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
const nightshift = (...args: string[]): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(process.execPath, [...COMMAND, ...args], { env, timeout: LIMIT }, (error, out, err) =>
      resolve({ code: error ? Number(error.code ?? Number.NaN) : 0, out, err }),
    );
  });
const json = async <T>(...args: string[]): Promise<T> => {
  const { code, out, err } = await nightshift(...args, '-o', 'json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as T;
};
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-up-'));
  // Only the state moves: what was built stays in the cache.
  const { NIGHTSHIFT_HOME: _, DATABASE_URL: __, TEMPORAL_ADDRESS: ___, ...rest } = process.env;
  env = { ...rest, XDG_STATE_HOME: folder, NIGHTSHIFT_URL: '', NO_COLOR: '1', COLUMNS: '100' };
  // A cluster that nobody serves: the first look at it fails for good.
  env['KUBECONFIG'] = join(folder, 'kubeconfig');
  await writeFile(env['KUBECONFIG'], JSON.stringify(NOBODY));
  up = spawn(process.execPath, [...COMMAND, 'up', '--context', 'nobody', '-o', 'json'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  up.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  up.stderr?.on('data', (chunk: Buffer) => (progress += chunk.toString('utf8')));
  await until(
    async () => out.trimEnd().endsWith('}') || up.exitCode !== null,
    () => `up said: ${progress}`,
    LIMIT,
  );
  if (up.exitCode !== null) throw new Error(`up ended with ${up.exitCode}: ${progress}`);
  started = Started.parse(JSON.parse(out));
}, LIMIT);

afterAll(async () => {
  if (up.exitCode === null) {
    up.kill('SIGINT');
    await once(up, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
}, LIMIT);

test(
  'the other commands find what runs here, and nobody else can read its token',
  async () => {
    const { runbooks } = await json<{ runbooks: { id: string }[] }>('runbooks');
    expect(runbooks.map(({ id }) => id)).toContain('pods-crash-on-one-node');
    expect((await stat(join(folder, 'nightshift', 'local.json'))).mode & 0o077).toBe(0);
  },
  LIMIT,
);

test(
  'a second up on the same state says that one runs',
  async () => {
    const { code, err } = await nightshift('up');
    expect(code).toBe(3);
    expect(err).toContain(`nightshift runs here already (process ${up.pid}`);
  },
  LIMIT,
);

test(
  'doctor finds the gateway, what it reaches, and who we are',
  async () => {
    const { out } = await nightshift('doctor', '-o', 'json');
    const { findings } = JSON.parse(out) as { findings: { check: string; status: string }[] };
    const statusOf = (check: string) => findings.find((f) => f.check === check)?.status;
    expect(['gateway', 'PostgreSQL', 'Temporal', 'clock', 'token', 'state'].map(statusOf)).toEqual(
      Array.from({ length: 6 }, () => 'ok'),
    );
  },
  LIMIT,
);

test(
  'a run that cannot go on holds and asks; the answer ends it, and its record verifies offline',
  async () => {
    const { workflowId } = await json<{ workflowId: string }>('run', 'cluster-look-around');
    const question = await until(
      async () => {
        const { questions } = await json<{ questions: { question: { id: string } }[] }>(
          'questions',
          workflowId,
        );
        return questions[0];
      },
      () => 'the run asked nothing',
      LIMIT,
    );
    const shown = await nightshift('show', workflowId);
    expect(shown.out).toContain('THE RUN HOLDS:');

    const wrong = await nightshift('answer', workflowId, 'perhaps', '--question', question.question.id);
    expect({ code: wrong.code, lists: wrong.err.includes('it can be:') }).toEqual({ code: 2, lists: true });
    const answered = await nightshift(
      'answer',
      workflowId,
      'abort',
      '--question',
      question.question.id,
      '--reason',
      'no cluster',
    );
    expect({ code: answered.code, err: answered.err }).toEqual({ code: 0, err: '' });

    const watched = await nightshift('watch', workflowId);
    expect({ code: watched.code, err: watched.err }).toMatchObject({
      code: 6,
      err: expect.stringContaining('aborted'),
    });
    expect(watched.out).toContain('abort (no cluster)');

    const file = join(folder, 'record.json');
    await until(
      async () => {
        await nightshift('record', 'export', workflowId, '--to', file);
        return (await nightshift('record', 'verify', file)).code === 0;
      },
      async () => (await nightshift('record', 'verify', file)).err,
      LIMIT,
    );
    const log = join(folder, 'log.json');
    await nightshift('record', 'export', '--log', '--to', log);
    const whole = await nightshift('record', 'verify', log);
    expect({ code: whole.code, out: whole.out }).toEqual({
      code: 0,
      out: expect.stringContaining('The log verifies'),
    });
    const record = await readFile(file, 'utf8');
    await writeFile(file, record.replace('no cluster', 'NO CLUSTER'));
    const changed = await nightshift('record', 'verify', file);
    expect(changed.code).toBe(7);
    expect(changed.err).toContain('(decision)');
  },
  LIMIT,
);

test(
  'an alert sent by hand is taken with the secret that up made, and starts nothing that no runbook asked for',
  async () => {
    const file = join(folder, 'alert.json');
    const alert = { status: 'firing', labels: { alertname: 'Nobody' }, annotations: {}, fingerprint: 'f1' };
    const times = { startsAt: '2026-11-21T02:47:00Z', endsAt: '0001-01-01T00:00:00Z', generatorURL: '' };
    const group = {
      receiver: 'r',
      status: 'firing',
      groupLabels: {},
      commonLabels: {},
      commonAnnotations: {},
    };
    await writeFile(
      file,
      JSON.stringify({
        ...group,
        version: '4',
        groupKey: 'g',
        truncatedAlerts: 0,
        externalURL: '',
        alerts: [{ ...alert, ...times }],
      }),
    );
    expect(await json<object>('alert', 'send', file)).toMatchObject({
      alerts: [{ duplicate: false, runs: [] }],
    });
    expect(await json<object>('alert', 'send', file)).toMatchObject({ alerts: [{ duplicate: true }] });
  },
  LIMIT,
);

test(
  'a gateway that is killed comes back at the same address, and freeze works without one',
  async () => {
    const { databaseUrl } = JSON.parse(await readFile(join(folder, 'nightshift', 'local.json'), 'utf8')) as {
      databaseUrl: string;
    };
    const pid = started.processes.find(({ name }) => name === 'gateway')?.pid ?? 0;
    process.kill(pid, 'SIGKILL');
    const frozen = await nightshift(
      ...['freeze', '--everything', '--reason', 'test', '--database-url', databaseUrl],
      ...['--deployment', started.deployment],
    );
    expect(frozen.code).toBe(0);
    expect(frozen.err).toContain(`On the ledger of "${started.deployment}" at `);
    const freezes = await until(
      async () => {
        const { code, out } = await nightshift('freezes', '-o', 'json');
        return code === 0 && (JSON.parse(out) as { freezes: { id: string; by: string }[] }).freezes;
      },
      () => `the gateway did not come back: ${progress}`,
      LIMIT,
    );
    expect(freezes).toEqual([expect.objectContaining({ by: expect.stringContaining('(at the database)') })]);
    expect((await nightshift('lift', freezes[0]?.id ?? '')).code).toBe(0);
    expect(progress).toContain('✘ gateway ended (SIGKILL) and is started again');
  },
  LIMIT,
);

test(
  'Ctrl-C stops all of it, and leaves no process and no token behind',
  async () => {
    up.kill('SIGINT');
    const [code] = (await once(up, 'exit')) as [number | null];
    expect({ code, running: started.processes.filter(({ pid }) => isAlive(pid)) }).toEqual({
      code: 0,
      running: [],
    });
    expect(existsSync(join(folder, 'nightshift', 'local.json'))).toBe(false);
    expect((await nightshift('runs')).code).toBe(5);
  },
  LIMIT,
);
