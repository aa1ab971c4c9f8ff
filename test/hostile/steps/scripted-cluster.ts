/** An API server that has every object that it is asked for, and writes down what it was asked. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createKubernetesClients, type KubernetesClient } from '../../../activities/kubernetes/clients.ts';

/** One request with nothing encoded any more. */
export interface Asked {
  readonly method: string;
  readonly path: readonly string[];
  readonly query: readonly (readonly [string, string])[];
  readonly body: unknown;
}

export interface ScriptedCluster {
  readonly client: KubernetesClient;
  /** What was asked since this was last emptied. */
  readonly asked: Asked[];
  /** What objects say, where it is about a text: the name of a second container, a label's value, a message. */
  text: string;
  /** What is answered in the place of an object, or of a log. */
  change: (answer: unknown) => unknown;
  /** What becomes of an exec and of a forwarded port: the door is shut. */
  upgraded: (request: IncomingMessage, socket: Duplex) => void;
  /** Ends the call that asks again and again: nothing ever changes here. */
  enough: AbortController;
  stop(): Promise<void>;
}

const KINDS: Readonly<Record<string, string>> = {
  pods: 'Pod',
  nodes: 'Node',
  deployments: 'Deployment',
  replicasets: 'ReplicaSet',
  services: 'Service',
};

/** Requests of one call: more than any makes that does not wait for something. */
const ENOUGH = 20;

/** What would stand in the way of changes. */
const ABSENT = new Set(['horizontalpodautoscalers', 'poddisruptionbudgets']);

export async function startScriptedCluster(): Promise<ScriptedCluster> {
  const made = {
    text: 'a-text',
    change: (answer: unknown) => answer,
    upgraded: (_: IncomingMessage, socket: Duplex) =>
      void socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n'),
    asked: [] as Asked[],
    enough: new AbortController(),
  };
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const asked = askedFor(request.method ?? '', request.url ?? '', body);
      made.asked.push(asked);
      if (made.asked.length === ENOUGH) made.enough.abort();
      const isLog = asked.path.at(-1) === 'log';
      response.writeHead(200, { 'content-type': isLog ? 'text/plain' : 'application/json' });
      const usual = isLog ? `2026-11-21T02:47:00Z ${made.text}\n` : answer(asked, made.text);
      const sent = made.change(usual);
      response.end(isLog ? String(sent) : JSON.stringify(sent));
    });
  });
  server.on('upgrade', (request, socket) => {
    made.asked.push(askedFor('UPGRADE', request.url ?? '', ''));
    socket.on('error', () => undefined);
    made.upgraded(request, socket);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = createKubernetesClients({
    kubeconfig: {
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      clusters: [
        { name: 'c', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
      ],
      users: [{ name: 'u', user: {} }],
    },
    requestTimeoutMs: 600_000,
  });
  return Object.assign(made, {
    client,
    stop: async () => {
      await client.close();
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

function askedFor(method: string, url: string, body: string): Asked {
  const [path = '', query = ''] = url.split(/\?(.*)/s);
  return {
    method,
    path: path.split('/').slice(1).map(decodeURIComponent),
    query: [...new URLSearchParams(query)],
    body: body === '' ? null : (JSON.parse(body) as unknown),
  };
}

function answer({ method, path, body }: Asked, text: string): unknown {
  if (path[0] === 'apis' && path.length === 2) return { preferredVersion: { groupVersion: `${path[1]}/v1` } };
  const rest = path.slice(path[0] === 'api' ? 2 : 3);
  if (rest.length === 0) return { resources: [{ name: 'widgets', kind: 'Widget', namespaced: true }] };
  const namespaced = rest[0] === 'namespaces' && rest.length > 2;
  const [plural = '', name] = namespaced ? rest.slice(2) : rest;
  const object = (called: string) =>
    objectOf(plural, { name: called, namespace: namespaced ? rest[1] : undefined, text });
  if (method === 'POST' && typeof body === 'object')
    return { ...object('created'), ...body, status: { allowed: true } };
  if (name === undefined && ABSENT.has(plural)) return { metadata: {}, items: [] };
  if (name === undefined) return { metadata: {}, items: [object('api')] };
  return object(name);
}

function objectOf(
  plural: string,
  o: { name: string; namespace: string | undefined; text: string },
): Record<string, unknown> {
  const labels = { app: 'api', label: o.text };
  const metadata = {
    ...{
      name: o.name,
      namespace: o.namespace ?? 'payments',
      uid: 'uid-1',
      generation: 1,
      resourceVersion: '1',
    },
    ...{ creationTimestamp: '2026-11-21T02:00:00Z', labels, annotations: { note: o.text } },
  };
  const container = (name: string) => ({ name, image: 'app:1', env: [], resources: {} });
  const containers = [container('app'), container(o.text)];
  const state = { running: { startedAt: '2026-11-21T02:00:00Z' } };
  const status = (name: string) => ({
    name,
    ready: true,
    restartCount: 0,
    containerID: 'containerd://1',
    image: 'app:1',
    imageID: '',
    state,
  });
  const conditions = [
    {
      type: 'Ready',
      status: 'True',
      reason: o.text,
      message: o.text,
      lastTransitionTime: '2026-11-21T02:00:00Z',
    },
  ];
  const whole = { kind: KINDS[plural] ?? 'Thing', apiVersion: 'v1', metadata };
  if (plural === 'pods')
    return {
      ...whole,
      spec: { nodeName: 'worker-1', containers },
      status: { phase: 'Running', conditions, containerStatuses: containers.map(({ name }) => status(name)) },
    };
  if (plural === 'nodes')
    return {
      ...whole,
      spec: {},
      status: { conditions, allocatable: { cpu: '2', memory: '4Gi', pods: '110' } },
    };
  if (plural === 'services')
    return {
      ...whole,
      spec: {
        clusterIP: '10.0.0.1',
        selector: { app: 'api' },
        ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }],
      },
    };
  if (plural === 'configmaps') return { ...whole, data: { key: o.text } };
  return {
    ...whole,
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'api' } },
      template: { metadata: { labels }, spec: { containers } },
    },
    status: {
      observedGeneration: 1,
      replicas: 1,
      readyReplicas: 1,
      updatedReplicas: 1,
      availableReplicas: 1,
      conditions: [],
    },
  };
}
