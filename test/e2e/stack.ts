/**
 * nightshift as it runs in production, in processes of its own, against the lab: workers and gateways that a test can
 * kill, stop and start, with a database and a Temporal namespace of the test's own.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProcess, type RunningProcess } from '../../embedded/processes.ts';
import { freePort } from '../../embedded/ports.ts';
import { createApiClient, type ApiClient } from '../../gateway/api-client.ts';
import type { QuestionView } from '../../gateway/api/questions.ts';
import { readDetails, type LabDetails } from '../../lab/index.ts';
import type { Ledger } from '../../ledger/api.ts';
import { createLedger } from '../../ledger/create-ledger.ts';
import { verifyRecord } from '../../ledger/record/verify.ts';
import { createDatabase } from '../setup/database.ts';
import { createNamespace } from '../setup/namespace.ts';
import { until } from '../setup/until.ts';

const WEBHOOK_TOKEN = 'a-token-of-the-test';
const DEPLOYMENT = 'e2e';

/** Which servers to use, where not the shared ones. */
export interface Servers {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
}

export interface StackOptions {
  readonly servers?: Servers;
  /** Programs with other runbooks than the catalogue's. */
  readonly programs?: { readonly worker: URL; readonly gateway: URL };
  /** Kubeconfig of the changing account, where a fault proxy stands before the API server. */
  readonly changeKubeconfig?: string;
  /** Changes to the configuration that is written for the processes. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export type Part = 'worker' | 'gateway';

export interface Stack {
  readonly lab: LabDetails;
  readonly ledger: Ledger;
  readonly api: ApiClient;
  readonly directory: string;
  /** Starts one more process; its index counts from 0 for each part. */
  start(part: Part): Promise<number>;
  kill(part: Part, index?: number, signal?: NodeJS.Signals): Promise<void>;
  /** Sends a signal and waits for nothing. */
  signal(part: Part, signal: NodeJS.Signals, index?: number): void;
  gatewayUrl(index?: number): string;
  /** Posts an Alertmanager payload with one alert for the lab's service. Answers the status. */
  sendAlert(alert?: {
    status?: 'firing' | 'resolved';
    startsAt?: string;
    labels?: Record<string, string>;
    gateway?: number;
  }): Promise<number>;
  /** The one run that exists, once there is one. */
  firstRun(): Promise<string>;
  question(workflowId: string, title: RegExp): Promise<QuestionView>;
  answer(q: QuestionView, answer: string, reason?: string): Promise<void>;
  /** Its outcome, once it has ended. */
  ended(workflowId: string, limitMs?: number): Promise<{ outcome: string; result: unknown }>;
  /** The exported record of an ended run, verified offline against the witness. Throws when it does not verify. */
  verifiedRecord(workflowId: string): Promise<void>;
  /** What a reader of a failed test needs. */
  situation(workflowId?: string): Promise<string>;
  stop(): Promise<void>;
}

const DEFAULT_PROGRAMS = {
  worker: new URL('../../worker/main.ts', import.meta.url),
  gateway: new URL('../../gateway/main.ts', import.meta.url),
};

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { programs = DEFAULT_PROGRAMS } = options;
  const lab = await readDetails(process.env['TEST_LAB'] ?? '');
  if (!lab) throw new Error('TEST_LAB names no lab: run this through the jest project "lab"');
  const directory = await mkdtemp(join(tmpdir(), 'nightshift-e2e-'));
  const temporalAddress = options.servers?.temporalAddress ?? process.env['TEST_TEMPORAL_ADDRESS']!;
  const own = options.servers ? undefined : await createDatabase();
  const databaseUrl = options.servers?.databaseUrl ?? own!.url;
  const namespace = await createNamespace(temporalAddress);
  const running: Record<Part, RunningProcess[]> = { worker: [], gateway: [] };
  const ports: number[] = [];

  const config = {
    deployment: DEPLOYMENT,
    stateDir: directory,
    temporal: { address: temporalAddress, namespace },
    database: { url: { file: join(directory, 'database-url') } },
    cluster: {
      name: lab.name,
      read: { kubeconfig: lab.kubeconfigs.read },
      change: { kubeconfig: options.changeKubeconfig ?? lab.kubeconfigs.change },
      probeImage: lab.workload.probeImage,
      debugImage: lab.workload.debugImage,
      probeNamespace: lab.workload.probeNamespace,
    },
    hosts: {
      user: lab.ssh.user,
      knownHostsFile: lab.ssh.knownHosts,
      read: { identityFile: lab.ssh.readingKey },
      change: { identityFile: lab.ssh.changingKey },
      addresses: Object.fromEntries(lab.nodes.map((n) => [n.name, n.address])),
    },
    prometheus: { url: lab.prometheus.url, window: '15s' },
    tickets: { folder: join(directory, 'tickets') },
    alertSources: { alertmanager: { bearerToken: { file: join(directory, 'webhook-token') } } },
    people: {
      ana: { name: 'Ana', roles: ['payments-oncall'] },
      bo: { name: 'Bo', roles: ['payments-oncall'] },
      cy: { name: 'Cy', roles: ['platform-oncall'] },
    },
    ...options.config,
  };
  await writeFile(join(directory, 'database-url'), databaseUrl, { mode: 0o600 });
  await writeFile(join(directory, 'webhook-token'), WEBHOOK_TOKEN, { mode: 0o600 });

  const ledger = await createLedger({ databaseUrl, deployment: DEPLOYMENT });
  const { secret } = await ledger.createToken({
    person: 'ana',
    scopes: ['read', 'run', 'decide', 'admin'],
    by: 'test',
    expiresAt: new Date(Date.now() + 6 * 3_600_000).toISOString(),
  });

  const start = async (part: Part): Promise<number> => {
    const index = running[part].length;
    const port = part === 'gateway' ? await freePort() : 0;
    const file = join(directory, `${part}-${index}.json`);
    await writeFile(file, JSON.stringify({ ...config, gateway: { port, requestsPerMinute: 100_000 } }));
    const logFile = join(directory, `${part}-${index}.log`);
    const child = await startProcess({
      name: part,
      command: process.execPath,
      args: [fileURLToPath(programs[part]), '--config', file],
      logFile,
    });
    running[part].push(child);
    if (part === 'gateway') ports.push(port);
    await until(
      async () => {
        const log = await readFile(logFile, 'utf8');
        if (child.exit()) throw new Error(`the ${part} ended: ${log.slice(-2_000)}`);
        return log.includes('"ready":true');
      },
      async () => `the ${part} is not ready: ${(await readFile(logFile, 'utf8')).slice(-2_000)}`,
      180_000,
    );
    return index;
  };
  const at = (part: Part, index = running[part].length - 1): RunningProcess => {
    const child = running[part][index];
    if (!child) throw new Error(`there is no ${part} ${index}`);
    return child;
  };
  const gatewayUrl = (index = ports.length - 1) => `http://127.0.0.1:${ports[index]}`;
  const api = () => createApiClient({ url: gatewayUrl(), token: secret });

  const situation = async (workflowId?: string): Promise<string> => {
    const detail = workflowId
      ? await api()
          .run(workflowId)
          .catch((error: unknown) => String(error))
      : await ledger.runs({ limit: 10 });
    const logs = await Promise.all(
      (['worker', 'gateway'] as const).flatMap((part) =>
        running[part].map(
          async (_, i) =>
            `--- ${part} ${i}\n${(await readFile(join(directory, `${part}-${i}.log`), 'utf8')).slice(-1_500)}`,
        ),
      ),
    );
    return `${JSON.stringify(detail, undefined, 1).slice(-12_000)}\n${logs.join('\n')}`;
  };

  const stack: Stack = {
    lab,
    ledger,
    get api() {
      return api();
    },
    directory,
    start,
    gatewayUrl,
    situation,
    signal: (part, signal, index) => process.kill(at(part, index).pid, signal),
    kill: async (part, index, signal = 'SIGKILL') => {
      const child = at(part, index);
      process.kill(child.pid, signal);
      await child.exited;
    },
    async sendAlert({ status = 'firing', startsAt = ALERT_STARTED, labels = {}, gateway } = {}) {
      const response = await fetch(`${gatewayUrl(gateway)}/webhooks/alertmanager`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${WEBHOOK_TOKEN}` },
        body: JSON.stringify(
          alertmanagerPayload({
            status,
            startsAt,
            labels: { namespace: lab.workload.namespace, service: lab.workload.service, ...labels },
          }),
        ),
      });
      return response.status;
    },
    firstRun: () =>
      until(
        async () => (await ledger.runs({ limit: 1 }))[0]?.workflowId,
        () => 'no run was received',
      ),
    question: (workflowId, title) =>
      until(
        async () => {
          const open = (await ledger.questions({ status: 'open', workflowId, limit: 20 })).find((q) =>
            title.test(q.question.title),
          );
          return open && (await api().question(workflowId, open.question.id));
        },
        async () => `no question like ${title}: ${await situation(workflowId)}`,
        300_000,
      ),
    async answer({ workflowId, question, questionHash }, answer, reason = '') {
      const answered = await api().decide(workflowId, question.id, {
        answer,
        reason,
        questionHash,
        planHash: question.plan?.hash ?? '',
      });
      if (answered.outcome && !answered.outcome.counted)
        throw new Error(`the answer did not count: ${answered.outcome.why}`);
    },
    ended: (workflowId, limitMs = 600_000) =>
      until(
        async () => {
          const run = await ledger.run(workflowId);
          return run?.status === 'ended' && { outcome: run.outcome ?? '', result: run.result };
        },
        async () => `the run has not ended: ${await situation(workflowId)}`,
        limitMs,
      ),
    async verifiedRecord(workflowId) {
      const publicKeyPem = await sealerPublicKey(directory);
      const bundle = await until(
        async () => {
          const run = await ledger.run(workflowId);
          return run?.sealedAt ? ledger.exportRecord(workflowId) : undefined;
        },
        () => 'the run was not sealed',
      );
      const witnessed = await readFile(join(directory, 'checkpoints.txt'), 'utf8');
      const verdict = verifyRecord({ bundle, publicKeyPem, witnessed });
      if (!verdict.ok) throw new Error(`the record does not verify: ${JSON.stringify(verdict)}`);
    },
    async stop() {
      for (const child of [...running.worker, ...running.gateway]) {
        if (!child.exit()) process.kill(child.pid, 'SIGCONT');
        await child.stop({ signal: 'SIGKILL', deadlineMs: 1_000 });
      }
      await ledger.close();
      await own?.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return stack;
}

const ALERT_STARTED = new Date().toISOString();

/** As Alertmanager 0.25 sends it. */
function alertmanagerPayload({
  status,
  startsAt,
  labels,
}: {
  status: string;
  startsAt: string;
  labels: Record<string, string>;
}): unknown {
  const all = { alertname: 'HighErrorRate', severity: 'critical', ...labels };
  return {
    version: '4',
    groupKey: '{}:{alertname="HighErrorRate"}',
    truncatedAlerts: 0,
    status,
    receiver: 'nightshift',
    groupLabels: { alertname: 'HighErrorRate' },
    commonLabels: all,
    commonAnnotations: {},
    externalURL: 'http://127.0.0.1:9093',
    alerts: [
      {
        status,
        labels: all,
        annotations: { summary: 'more than 5 % of requests fail' },
        startsAt,
        endsAt: status === 'resolved' ? new Date().toISOString() : '0001-01-01T00:00:00Z',
        generatorURL: 'http://127.0.0.1:9090/graph',
        fingerprint: 'f00dfeed00000001',
      },
    ],
  };
}

async function sealerPublicKey(directory: string): Promise<string> {
  const { keyPairFromPem } = await import('../../ledger/keys.ts');
  return keyPairFromPem(await readFile(join(directory, 'keys', 'sealer.pem'), 'utf8')).publicKeyPem;
}
