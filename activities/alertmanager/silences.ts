/**
 * Alertmanager's API v2 (https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml), as far as the steps need
 * it. It knows no idempotency: each silence ends its comment with its operation, by which it is found again. Silences that
 * are over stay in its list for days, so that one whose answer was lost is found after its end as well.
 */
import { z } from 'zod';
import { getText } from '../http/get-text.ts';
import { jsonOf } from '../http/json-of.ts';
import { sendJson } from '../http/send-json.ts';
import { plainLine, StepFailure, type CallContext } from '../kit/index.ts';
import { matcherText, type Matcher } from './contract/matchers.ts';

export interface Silence {
  readonly id: string;
  /** The operation that made it; undefined where nightshift did not. */
  readonly operation: string | undefined;
  readonly isOver: boolean;
  readonly endsAt: string;
  readonly matchers: readonly Matcher[];
}

type Context = Pick<CallContext, 'signal' | 'deadline'>;

const Listed = z.array(
  z.looseObject({
    id: z.string(),
    status: z.looseObject({ state: z.enum(['active', 'pending', 'expired']) }),
    comment: z.string(),
    endsAt: z.iso.datetime({ offset: true }),
    matchers: z.array(
      z.object({
        ...{ name: z.string(), value: z.string(), isRegex: z.boolean() },
        isEqual: z.boolean().default(true),
      }),
    ),
  }),
);
const Firing = z.array(z.looseObject({ labels: z.record(z.string(), z.string()) }));
const Status = z.looseObject({ cluster: z.looseObject({ status: z.string() }) });

export class Silences {
  readonly #base: string;
  readonly #token: (() => string) | undefined;

  constructor({ url, token }: { readonly url: string; readonly token?: (() => string) | undefined }) {
    this.#base = url.replace(/\/$/, '');
    this.#token = token;
  }

  /** Everybody's, those that are over too. */
  async list(context: Context): Promise<Silence[]> {
    const listed = await this.#get(Listed, { path: 'silences', context });
    return listed.map(({ id, status, comment, endsAt, matchers }) => ({
      ...{ id, matchers, operation: operationIn(comment), isOver: status.state === 'expired' },
      endsAt: new Date(endsAt).toISOString(),
    }));
  }

  /** From now until `endsAt`. */
  async add(
    silence: {
      readonly matchers: readonly Matcher[];
      readonly endsAt: Date;
      readonly reason: string;
      readonly operation: string;
    },
    context: Context,
  ): Promise<string> {
    const { matchers, endsAt, reason, operation } = silence;
    const body = {
      ...{ matchers, startsAt: new Date().toISOString(), endsAt: endsAt.toISOString() },
      ...{ createdBy: 'nightshift', comment: `${plainLine(reason)} ${markOf(operation)}` },
    };
    const added = await this.#send(z.looseObject({ silenceID: z.string() }), {
      ...{ path: 'silences', body, context },
    });
    return added.silenceID;
  }

  /** Nothing happens to one that is over already. */
  async end(id: string, context: Context): Promise<void> {
    const path = `silence/${encodeURIComponent(id)}`;
    await this.#send(z.unknown(), { path, method: 'DELETE', context });
  }

  /** The labels of the alerts that fire and have all that is asked for, silenced ones too. Fails as `invalid` where a regular expression is none. */
  async firing(matchers: readonly Matcher[], context: Context): Promise<Record<string, string>[]> {
    const params = new URLSearchParams(
      matchers.map((matcher): [string, string] => ['filter', matcherText(matcher)]),
    );
    return (await this.#get(Firing, { path: 'alerts', params, context })).map(({ labels }) => labels);
  }

  /** Of its cluster: `ready`, `settling`, or `disabled` where it has no peers. */
  async status(context: Context): Promise<string> {
    return (await this.#get(Status, { path: 'status', context })).cluster.status;
  }

  async #get<S extends z.ZodType>(
    answer: S,
    asked: { readonly path: string; readonly params?: URLSearchParams; readonly context: Context },
  ): Promise<z.output<S>> {
    const { path, params = {}, context } = asked;
    const { status, body } = await getText(
      {
        ...{ system: 'Alertmanager', connection: { url: this.#base, token: this.#token } },
        ...{ path: `/api/v2/${path}`, params, signal: context.signal },
      },
      saidIn,
    );
    const parsed = answer.safeParse(jsonOf(body));
    if (status < 400 && parsed.success) return parsed.data;
    const said = saidIn(body);
    throw status < 400
      ? new StepFailure('retryable', 'Alertmanager answered with something else than Alertmanager does', {
          next: 'Look whether `alertmanager.url` in the configuration is that of Alertmanager and not of a page to sign in.',
        })
      : new StepFailure('invalid', `Alertmanager answered ${status}${said ? `: ${said}` : ''}`, {
          facts: { status },
        });
  }

  #send<S extends z.ZodType>(
    answer: S,
    call: { readonly path: string; readonly context: Context } & (
      { readonly body: object } | { readonly method: 'DELETE' }
    ),
  ): Promise<z.output<S>> {
    const { path, ...rest } = call;
    return sendJson(answer, {
      ...{ ...rest, system: 'Alertmanager', url: `${this.#base}/api/v2/${path}` },
      authorization: this.#token && (() => `Bearer ${this.#token!()}`),
      next: 'The silence is looked for by its operation before anything is sent again.',
    });
  }
}

const MARK = '[nightshift ';
const markOf = (operation: string): string => `${MARK}${operation}]`;

function operationIn(comment: string): string | undefined {
  const begins = comment.lastIndexOf(MARK);
  return begins >= 0 && comment.endsWith(']') ? comment.slice(begins + MARK.length, -1) : undefined;
}

/** An error is a JSON text. */
function saidIn(body: string): string | undefined {
  const said = jsonOf(body);
  return typeof said === 'string' ? plainLine(said, 300) : undefined;
}
