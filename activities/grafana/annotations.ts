/**
 * Annotations by Grafana's HTTP API (https://grafana.com/docs/grafana/latest/developers/http_api/annotations/). Grafana
 * knows no idempotency: each annotation has its operation as a tag, and is looked for before it is added.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { sendJson } from '../http/send-json.ts';
import { escaped, StepFailure, type CallContext } from '../kit/index.ts';

export interface Annotation {
  readonly text: string;
  readonly tags: readonly string[];
  readonly dashboard?: string | undefined;
  readonly panel?: number | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

type Context = Pick<CallContext, 'signal' | 'deadline'>;

const Added = z.looseObject({ id: z.int() });
const Found = z.array(z.looseObject({ id: z.int(), tags: z.array(z.string()).nullish() }));

export class Annotations {
  readonly #base: string;
  readonly #token: () => string;

  constructor({ url, token }: { readonly url: string; readonly token: () => string }) {
    this.#base = url.replace(/\/$/, '');
    this.#token = token;
  }

  /** The annotation of an operation, where it is there. */
  async find(
    operation: string,
    { dashboard, context }: { readonly dashboard: string | undefined; readonly context: Context },
  ): Promise<number | undefined> {
    const mark = markOf(operation);
    const query = new URLSearchParams({
      tags: mark,
      type: 'annotation',
      limit: '1',
      ...(dashboard !== undefined && { dashboardUID: dashboard }),
    });
    const found = await this.#call(Found, `annotations?${query.toString()}`, context);
    return found.find(({ tags }) => tags?.includes(mark))?.id;
  }

  async add(annotation: Annotation, operation: string, context: Context): Promise<number> {
    const { text, tags, dashboard, panel, from, to } = annotation;
    const body = {
      ...(dashboard !== undefined && { dashboardUID: dashboard }),
      ...(panel !== undefined && { panelId: panel }),
      time: from === undefined ? Date.now() : Date.parse(from),
      ...(to !== undefined && { timeEnd: Date.parse(to) }),
      tags: [...new Set(['nightshift', ...tags]), markOf(operation)],
      // Grafana shows it as HTML.
      text: text.split('\n').map(escaped).join('<br>'),
    };
    return (await this.#call(Added, 'annotations', context, body)).id;
  }

  /** Whether there is such a dashboard; undefined where the token may not look. */
  async hasDashboard(uid: string, context: Context): Promise<boolean | undefined> {
    try {
      await this.#call(z.looseObject({ dashboard: z.unknown() }), `dashboards/uid/${uid}`, context);
      return true;
    } catch (error) {
      if (error instanceof StepFailure && error.facts['status'] === 404) return false;
      if (error instanceof StepFailure && error.facts['status'] === 403) return undefined;
      throw error;
    }
  }

  #call<S extends z.ZodType>(answer: S, path: string, context: Context, body?: object): Promise<z.output<S>> {
    return sendJson(answer, {
      ...{ system: 'Grafana', url: `${this.#base}/api/${path}`, body, context },
      authorization: () => `Bearer ${this.#token()}`,
      next: 'It is looked for by its tag before it is sent again.',
    });
  }
}

const markOf = (operation: string): string =>
  `nightshift-${createHash('sha256').update(operation).digest('hex').slice(0, 20)}`;
