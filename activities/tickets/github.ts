/**
 * Tickets as GitHub issues (https://docs.github.com/en/rest/issues). GitHub knows no idempotency: the issue of a run and
 * each entry carry a mark, and both are looked for in lists, which are current, and not with the search, which lags. One
 * label for all of them keeps the list short; it is not relied on, for a token without the right to push sets none.
 */
import { request as octokit } from '@octokit/request';
import { z } from 'zod';
import { inTime, noAnswer, refusal, somethingElse } from '../http/sending.ts';
import { StepFailure } from '../kit/index.ts';
import { Address } from './address.ts';
import { operationMark, ticketMark, withoutMarks } from './marks.ts';
import type { Tracker, TrackerContext } from './tracker.ts';
import type { TicketMessage } from './webhook.ts';

export interface GitHubOptions {
  /** `owner/name`. */
  readonly repository: string;
  readonly api: string;
  /** Asked for at each call: a rotated one counts at once. */
  readonly token: () => string;
}

const LABEL = 'nightshift';
/** GitHub's limit. */
const LONGEST_LABEL = 50;
const PAGE = 100;
/** A run's issue is among the newest with the label or, where it has none, the newest of all, pull requests too. */
const NEWEST_PAGES = 10;
const COMMENT_PAGES = 30;
/** GitHub's limit is 65,536 characters. */
const LONGEST_BODY = 60_000;
const PATIENCE_MS = 10_000;

const Text = z.string().nullish();
const Issue = z.object({ number: z.int(), html_url: Address, body: Text });
const Issues = z.array(Issue);
const Comments = z.array(z.object({ body: Text }));

export function githubTracker({ repository, api, token }: GitHubOptions): Tracker {
  const [owner = '', repo = ''] = repository.split('/');

  /** One call, and what of its answer counts; `writes` where it changes something. */
  async function call<S extends z.ZodType>(
    { answer, writes }: { readonly answer: S; readonly writes: boolean },
    context: TrackerContext,
    send: (request: typeof octokit) => Promise<{ readonly data: unknown }>,
  ): Promise<z.output<S>> {
    inTime(context);
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(PATIENCE_MS)]);
    const headers = { authorization: `Bearer ${token()}`, 'x-github-api-version': '2022-11-28' };
    const request = octokit.defaults({ baseUrl: api, headers, request: { signal, redirect: 'error' } });
    const { data } = await send(request).catch((error: unknown) => Promise.reject(sorted(error, writes)));
    const parsed = answer.safeParse(data);
    if (parsed.success) return parsed.data;
    throw somethingElse('GitHub', writes);
  }

  async function newestWith(
    { mark, ...filter }: { readonly mark: string; readonly labels?: string },
    context: TrackerContext,
  ) {
    for (let page = 1; page <= NEWEST_PAGES; page += 1) {
      const list = {
        ...filter,
        owner,
        repo,
        state: 'all',
        sort: 'created',
        direction: 'desc',
        per_page: PAGE,
        page,
      } as const;
      const issues = await call({ answer: Issues, writes: false }, context, (request) =>
        request('GET /repos/{owner}/{repo}/issues', list),
      );
      // Several where two workers opened at once: all of them take the oldest.
      const found = issues.findLast((issue) => issue.body?.includes(mark));
      if (found || issues.length < PAGE) return found;
    }
    return undefined;
  }

  return {
    system: 'GitHub',
    findsLate: false,

    async find(ticket, context) {
      const mark = ticketMark(ticket);
      const issue =
        (await newestWith({ mark, labels: LABEL }, context)) ?? (await newestWith({ mark }, context));
      if (!issue) return undefined;
      const at = { owner, repo, issue_number: issue.number };
      return {
        address: issue.html_url,
        async has(operation) {
          const mark = operationMark(operation);
          if (issue.body?.includes(mark)) return true;
          for (let page = 1; page <= COMMENT_PAGES; page += 1) {
            const comments = await call({ answer: Comments, writes: false }, context, (request) =>
              request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
                ...at,
                per_page: PAGE,
                page,
              }),
            );
            if (comments.some(({ body }) => body?.includes(mark))) return true;
            if (comments.length < PAGE) return false;
          }
          return false;
        },
        async add(message) {
          await call({ answer: z.unknown(), writes: true }, context, (request) =>
            request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
              ...at,
              body: entry(message),
            }),
          );
        },
      };
    },

    async open(message, context) {
      const issue = await call({ answer: Issue, writes: true }, context, (request) =>
        request('POST /repos/{owner}/{repo}/issues', {
          ...{ owner, repo, title: message.title || message.ticket },
          labels: [LABEL, ...message.labels.map((label) => label.slice(0, LONGEST_LABEL).toWellFormed())],
          body: `${ticketMark(message.ticket)}\n${entry(message)}`,
        }),
      );
      return issue.html_url;
    },
  };
}

/** Nobody is mentioned by what stands in an alert. */
function entry({ operation, body }: TicketMessage): string {
  const text = withoutMarks(body).replaceAll(/@(?=[A-Za-z0-9])/g, '@\u200b');
  const cut = text.length <= LONGEST_BODY ? text : `${text.slice(0, LONGEST_BODY).toWellFormed()}\n\n… (cut)`;
  return `${operationMark(operation)}\n${cut.trimEnd()}\n`;
}

function sorted(error: unknown, writes: boolean): StepFailure {
  if (error instanceof StepFailure) return error;
  const { status, response } = error as {
    readonly status?: number;
    readonly response?: { readonly headers: Readonly<Record<string, string | undefined>> };
  };
  if (status === undefined || !response)
    return noAnswer(error, { system: 'GitHub', writes, next: 'It is looked for before it is sent again.' });
  const { 'retry-after': after, 'x-ratelimit-remaining': left } = response.headers;
  return refusal(status, {
    system: 'GitHub',
    writes,
    isRateLimit: status === 403 && (after !== undefined || left === '0'),
  });
}
