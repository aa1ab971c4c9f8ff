import type { CallContext, ImplementedRead, ImplementedStep } from '../../activities/kit/index.ts';
import { serve, type TestServer } from './prometheus/http-server.ts';

export interface Asked {
  readonly path: string;
  readonly params: Record<string, string>;
}
/** A body that is no text is sent as JSON. */
export interface Said {
  readonly status?: number;
  readonly body: unknown;
}

/** Calls steps of one system as the worker does, each time against a real server that answers as the test says. */
export function createReader(system: string, createSteps: (url: string) => readonly ImplementedStep[]) {
  let server: TestServer | undefined;
  /** What the last call asked the server for, in order. */
  const asked: Asked[] = [];
  return {
    asked,
    requests: () => server?.requests ?? [],
    close: async () => server?.close(),

    /** What the step answers, as its contract parses it. */
    read: async <O extends Record<string, unknown> = Record<string, unknown>>(
      name: string,
      input: unknown,
      answer: (asked: Asked) => Said,
      steps = createSteps,
    ): Promise<O> => {
      asked.length = 0;
      await server?.close();
      server = await serve((request, response) => {
        const { pathname, searchParams } = new URL(request.url!, 'http://x');
        const one = { path: pathname, params: Object.fromEntries(searchParams) };
        asked.push(one);
        const { status = 200, body } = answer(one);
        response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
      });
      const step = steps(server.url).find((s) => s.contract.name === `${system}.${name}`) as ImplementedRead;
      return step.contract.output.parse(await step.run(step.contract.input.parse(input), context)) as O;
    },
  };
}

const context: CallContext = {
  signal: new AbortController().signal,
  heartbeat: () => undefined,
  deadline: new Date(8_640_000_000_000_000),
};
