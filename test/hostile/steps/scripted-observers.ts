/**
 * Prometheus, Loki, Jaeger, GitHub, Jira and the receiver of a webhook in one server: each answers every question with
 * what would be usual, and writes down what it was asked.
 */
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createJaegerSteps } from '../../../activities/jaeger/steps.ts';
import type { ImplementedStep } from '../../../activities/kit/index.ts';
import { createLokiSteps } from '../../../activities/loki/steps.ts';
import { createPrometheusSteps } from '../../../activities/prometheus/steps.ts';
import { createTicketSteps } from '../../../activities/tickets/steps.ts';
import type { Asked } from './scripted-cluster.ts';

export interface ScriptedObservers {
  /** By name; the steps for tickets once for each of the places where they may be: `tickets.open in jira`. */
  readonly steps: ReadonlyMap<string, ImplementedStep>;
  /** What was asked since this was last emptied. */
  readonly asked: Asked[];
  /** What stands in labels, lines and names. */
  text: string;
  /** What is sent in the place of an answer. */
  change: (answer: unknown) => string | Uint8Array;
  stop(): Promise<void>;
}

const secret = () => 'a-token';

export async function startScriptedObservers(): Promise<ScriptedObservers> {
  const made = {
    asked: [] as Asked[],
    text: 'a-text',
    change: (answer: unknown): string | Uint8Array => JSON.stringify(answer),
  };
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://observer');
      const asked: Asked = {
        method: request.method ?? '',
        path: url.pathname.split('/').slice(1).map(decodeURIComponent),
        query: [...url.searchParams],
        body: body === '' ? null : (JSON.parse(body) as unknown),
      };
      made.asked.push(asked);
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
      response.end(made.change(answerTo(asked, made.text)));
    });
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const timeoutMs = 60_000;
  const steps = [
    ...createPrometheusSteps({ url, timeoutMs }),
    ...createLokiSteps({ url: `${url}/l`, timeoutMs }),
    ...createJaegerSteps({ url: `${url}/j`, timeoutMs, requestIdTags: ['request.id'] }),
  ];
  const ticketSteps = {
    webhook: createTicketSteps({ webhook: { url: () => `${url}/hook` } }),
    github: createTicketSteps({ github: { repository: 'o/r', api: `${url}/github`, token: secret } }),
    jira: createTicketSteps({
      jira: { url: `${url}/jira`, project: 'OPS', issueType: 'Task', token: secret },
    }),
  };
  return Object.assign(made, {
    steps: new Map([
      ...steps.map((step) => [step.contract.name, step] as const),
      ...Object.entries(ticketSteps).flatMap(([place, of]) =>
        of.map((step) => [`${step.contract.name} in ${place}`, step] as const),
      ),
    ]),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

function answerTo(asked: Asked, text: string): unknown {
  const [system] = asked.path;
  if (system === 'hook') return { url: `https://tickets.example/${text}` };
  if (system === 'github') return github(asked, text);
  if (system === 'jira') return jira(asked);
  if (system === 'l') return loki(asked, text);
  if (system === 'j') return jaeger(text);
  return prometheus(asked, text);
}

function prometheus({ path, query }: Asked, text: string): unknown {
  const now = Math.floor(Date.now() / 1000);
  const expr = query.find(([name]) => name === 'query')?.[1] ?? '';
  const metric = { __name__: 'up', pod: text, container: 'app', note: text };
  const success = (data: unknown) => ({ status: 'success', data });
  switch (path.at(-1)) {
    case 'query':
      return success({
        resultType: 'vector',
        result: [{ metric, value: [now, expr.includes('timestamp(') ? String(now - 1) : '5'] }],
      });
    case 'query_range': {
      const values = [30, 20, 10].map((ago, i) => [now - ago, String(i + 1)]);
      return success({ resultType: 'matrix', result: [{ metric, values }] });
    }
    case 'query_exemplars': {
      const labels = { trace_id: '0af7651916cd43dd8448eb211c80319c', note: text };
      return success([{ seriesLabels: metric, exemplars: [{ labels, value: '0.3', timestamp: now - 5 }] }]);
    }
    case 'series':
      return success([metric]);
    default:
      return success({
        alerts: [
          {
            labels: { alertname: 'a-text', note: text },
            state: 'firing',
            activeAt: new Date().toISOString(),
          },
        ],
      });
  }
}

function loki({ path }: Asked, text: string): unknown {
  const now = BigInt(Date.now()) * 1_000_000n;
  const data =
    path.at(-1) === 'query'
      ? { resultType: 'vector', result: [{ metric: {}, value: [Number(now / 1_000_000_000n), '3'] }] }
      : { resultType: 'streams', result: [{ stream: { pod: text }, values: [[String(now), text]] }] };
  return { status: 'success', data };
}

function jaeger(text: string): unknown {
  const start = Date.now() * 1_000;
  const span = (spanID: string, parent?: string) => ({
    ...{ spanID, operationName: text, startTime: start, duration: 1_000, processID: 'p1' },
    references: parent ? [{ refType: 'CHILD_OF', traceID: 't', spanID: parent }] : [],
    tags: [
      { key: 'error', value: true },
      { key: 'otel.status_description', value: text },
    ],
    logs: [{ fields: [{ key: 'message', value: text }] }],
  });
  return {
    data: [
      {
        traceID: 't',
        spans: [span('1'), span('2', '1'), span('3', '2')],
        processes: { p1: { serviceName: 'a-text' } },
      },
    ],
  };
}

function github({ method, path }: Asked, text: string): unknown {
  const issue = { number: 1, html_url: 'https://github.example/o/r/issues/1', body: text };
  if (method === 'POST') return issue;
  return [path.at(-1) === 'comments' ? { body: text } : issue];
}

function jira({ method, path }: Asked): unknown {
  const [key, last] = ['OPS-1', path.at(-1) ?? ''];
  if (method === 'POST') return { key };
  if (path.includes('search')) return { issues: [{ key }] };
  if (last === 'comment')
    return { total: 1, comments: [{ properties: [{ key: 'nightshift', value: { operation: 'x' } }] }] };
  return { key, properties: { nightshift: { operation: 'x' } } };
}
