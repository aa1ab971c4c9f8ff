/** The nodes of the bench: made by hand, cordoned by the contenders, seen by a watch of the bench's own. */
import { request } from 'undici';
import type { ApiServer } from './api-server.ts';
import type { Closing } from './closing.ts';

interface WatchEvent {
  readonly type: string;
  readonly object: { metadata: { name: string }; spec?: { unschedulable?: boolean } };
}

const SEEN_MS = 60_000;

export class Nodes {
  readonly #server: ApiServer;
  readonly #waiting = new Map<string, (at: number) => void>();
  readonly #names: string[] = [];

  private constructor(server: ApiServer) {
    this.#server = server;
  }

  /** As many nodes as that, and the watch. */
  static async create(server: ApiServer, count: number, closing: Closing): Promise<Nodes> {
    const nodes = new Nodes(server);
    for (let i = 1; i <= count; i++) {
      const name = `worker-${i}`;
      const metadata = { name, labels: { 'kubernetes.io/hostname': name } };
      await nodes.#call('POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata });
      nodes.#names.push(name);
    }
    const ended = new AbortController();
    closing.add(() => ended.abort());
    const watch = await nodes.#watch(ended.signal);
    watch.ended.catch(() => undefined);
    return nodes;
  }

  get names(): readonly string[] {
    return this.#names;
  }

  /** The moment (`performance.now()`) at which the API server shows that this node is cordoned. Ask before the cordon. */
  cordoned(name: string): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const timer = setTimeout(
      () => reject(new Error(`nobody cordoned ${name} within ${SEEN_MS / 1000} s`)),
      SEEN_MS,
    );
    this.#waiting.set(name, (at) => (clearTimeout(timer), resolve(at)));
    return promise;
  }

  /** Takes every trace of a cordon away. */
  async reset(name: string): Promise<void> {
    const annotations = { 'nightshift.dev/cordoned-by': null, 'nightshift.dev/cordoned-why': null };
    await this.#call('PATCH', `/api/v1/nodes/${name}`, {
      metadata: { annotations },
      spec: { unschedulable: null },
    });
  }

  async #call(method: 'POST' | 'PATCH', path: string, body: unknown): Promise<void> {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const answer = await request(`${this.#server.url}${path}?fieldManager=bench`, {
      method,
      dispatcher: this.#server.dispatcher,
      headers: { 'content-type': type },
      body: JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
  }

  /** Answers once the stream is open, with what ends when it ends. */
  async #watch(signal: AbortSignal): Promise<{ ended: Promise<void> }> {
    const { url, dispatcher } = this.#server;
    const { body } = await request(`${url}/api/v1/nodes?watch=1&timeoutSeconds=7200`, { dispatcher, signal });
    return { ended: this.#read(body) };
  }

  async #read(body: AsyncIterable<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of body) {
      const at = performance.now();
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#event(JSON.parse(line) as WatchEvent, at);
    }
  }

  #event({ object }: WatchEvent, at: number): void {
    if (!object.spec?.unschedulable) return;
    this.#waiting.get(object.metadata.name)?.(at);
    this.#waiting.delete(object.metadata.name);
  }
}
