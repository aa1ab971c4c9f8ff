import { request as ask, type IncomingMessage } from 'node:http';
import { StepFailure } from '../../kit/index.ts';
import { printable } from './failure.ts';
import type { ApiClient } from './client.ts';
import type { Limits } from './http.ts';
import { forwardPort, type PodPort } from './port-forward.ts';

export interface HttpAnswer {
  readonly status: number;
  /** Empty where the server does not say. */
  readonly contentType: string;
  readonly body: Buffer;
  /** True when there was more than the limit. */
  readonly cut: boolean;
}

/** One GET over a port that is forwarded for it and closed after it. Fails as `forwardPort` does, and `invalid` where no HTTP is spoken. */
export async function getThroughPort(
  api: ApiClient,
  { path, limitBytes, ...to }: PodPort & { readonly path: string; readonly limitBytes: number },
  limits: Limits,
): Promise<HttpAnswer> {
  const port = await forwardPort(api, to, limits);
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      if (port.errored) return reject(port.errored);
      port.once('error', reject);
      const headers = { connection: 'close', 'user-agent': 'nightshift', accept: '*/*' };
      const options = { createConnection: () => port, host: 'localhost', port: to.port, path, headers };
      ask(options, resolve).on('error', reject).end();
    });
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of answer as AsyncIterable<Buffer>) {
      parts.push(part.subarray(0, limitBytes - size));
      size += part.length;
      if (size > limitBytes) break;
    }
    return {
      status: answer.statusCode ?? 0,
      contentType: answer.headers['content-type'] ?? '',
      body: Buffer.concat(parts),
      cut: size > limitBytes,
    };
  } catch (error) {
    throw port.errored instanceof StepFailure ? port.errored : notHttp(error, to);
  } finally {
    port.destroy();
  }
}

function notHttp(error: unknown, { namespace, pod, port }: PodPort): StepFailure {
  if (error instanceof StepFailure) return error;
  const why = printable(error instanceof Error ? error.message : String(error), 200);
  return new StepFailure('invalid', `Port ${port} of pod ${namespace}/${pod} gave no HTTP answer: ${why}`, {
    next: 'Check that it is the port of an HTTP server without TLS.',
    cause: error,
    facts: { namespace, pod, port },
  });
}
