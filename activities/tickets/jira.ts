/**
 * Tickets as Jira issues, by version 2 of its REST API, which Cloud and Data Center share. The ticket's number is a label,
 * found by JQL; what each entry is, stands in a property of the issue or the comment (entity properties), which nobody
 * sees and no text can imitate.
 */
import { z } from 'zod';
import { sendJson } from '../http/send-json.ts';
import { StepFailure } from '../kit/index.ts';
import type { Tracker, TrackerContext } from './tracker.ts';
import type { TicketMessage } from './webhook.ts';

export interface JiraOptions {
  /** Like `https://example.atlassian.net`. */
  readonly url: string;
  readonly project: string;
  readonly issueType: string;
  /** With Cloud: the address of the account that the token belongs to. Without: a personal access token. */
  readonly user?: string | undefined;
  readonly token: () => string;
}

const PROPERTY = 'nightshift';
const PAGE = 100;
/** More runs than one worker serves before the search knows their issues. */
const REMEMBERED = 1_000;
/** Jira's limit is 32,767 characters. */
const LONGEST_BODY = 30_000;

const Mine = z.object({ operation: z.string() });
/** It becomes a part of addresses. */
const Key = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,99}-\d{1,12}$/);
const Issue = z.object({ key: Key });
const Issues = z.object({ issues: z.array(Issue) });
const Properties = z.object({ properties: z.object({ [PROPERTY]: Mine.optional() }).optional() });
const Comments = z.object({
  total: z.int(),
  comments: z.array(
    z.object({ properties: z.array(z.object({ key: z.string(), value: z.unknown() })).default([]) }),
  ),
});

export function jiraTracker({ url, project, issueType, user, token }: JiraOptions): Tracker {
  const base = url.replace(/\/$/, '');
  const authorization = () =>
    user === undefined
      ? `Bearer ${token()}`
      : `Basic ${Buffer.from(`${user}:${token()}`).toString('base64')}`;

  const call = <S extends z.ZodType>(
    answer: S,
    path: string,
    { body, ...context }: TrackerContext & { readonly body?: object },
  ): Promise<z.output<S>> =>
    sendJson(answer, {
      ...{ system: 'Jira', url: `${base}/rest/api/2/${path}`, authorization, body, context },
      next: 'It is looked for before it is sent again.',
    });

  /** Cloud has the newer search only, Data Center the older. */
  async function search(jql: string, context: TrackerContext) {
    const query = new URLSearchParams({ jql, fields: 'key', maxResults: '1' }).toString();
    try {
      return await call(Issues, `search/jql?${query}`, context);
    } catch (error) {
      if (!(error instanceof StepFailure) || ![404, 405].includes(Number(error.facts['status']))) throw error;
      return call(Issues, `search?${query}`, context);
    }
  }

  /** What was opened here: the search knows it seconds to minutes later. */
  const opened = new Map<string, string>();

  function remember(ticket: string, key: string): void {
    opened.set(ticket, key);
    const [oldest] = opened.keys();
    if (oldest !== undefined && opened.size > REMEMBERED) opened.delete(oldest);
  }

  async function openedHere(ticket: string, context: TrackerContext): Promise<string | undefined> {
    const key = opened.get(ticket);
    if (key === undefined) return undefined;
    try {
      return (await call(Issue, `issue/${key}?fields=key`, context)).key;
    } catch (error) {
      if (!(error instanceof StepFailure) || error.facts['status'] !== 404) throw error;
      opened.delete(ticket);
      return undefined;
    }
  }

  return {
    system: 'Jira',
    findsLate: true,

    async find(ticket, context) {
      const jql = `project = ${quoted(project)} AND labels = ${quoted(ticket)} ORDER BY created ASC`;
      const key = (await openedHere(ticket, context)) ?? (await search(jql, context)).issues[0]?.key;
      if (key === undefined) return undefined;
      return {
        address: `${base}/browse/${key}`,
        async has(operation) {
          const issue = await call(Properties, `issue/${key}?fields=key&properties=${PROPERTY}`, context);
          if (issue.properties?.[PROPERTY]?.operation === operation) return true;
          for (let startAt = 0; ; startAt += PAGE) {
            const query = `expand=properties&maxResults=${PAGE}&startAt=${startAt}`;
            const { comments, total } = await call(Comments, `issue/${key}/comment?${query}`, context);
            const mine = comments.flatMap((c) => c.properties.filter((p) => p.key === PROPERTY));
            if (mine.some(({ value }) => Mine.safeParse(value).data?.operation === operation)) return true;
            if (comments.length === 0 || startAt + comments.length >= total) return false;
          }
        },
        async add(message) {
          const body = { body: verbatim(message.body), properties: propertiesOf(message) };
          await call(z.unknown(), `issue/${key}/comment`, { ...context, body });
        },
      };
    },

    async open(message, context) {
      const body = {
        fields: {
          ...{ project: { key: project }, issuetype: { name: issueType } },
          summary: (message.title || message.ticket).replace(/\s+/g, ' ').slice(0, 250).toWellFormed(),
          description: verbatim(message.body),
          // Jira's labels have no blanks.
          labels: [
            message.ticket,
            'nightshift',
            ...message.labels.map((label) => label.replace(/\s+/g, '-')),
          ],
        },
        properties: propertiesOf(message),
      };
      const { key } = await call(Issue, 'issue', { ...context, body });
      remember(message.ticket, key);
      return `${base}/browse/${key}`;
    },
  };
}

const propertiesOf = ({ operation }: TicketMessage) => [{ key: PROPERTY, value: { operation } }];

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;

/** Markdown as it was written: nobody is mentioned, nothing is linked or drawn by what stands in an alert. */
function verbatim(body: string): string {
  const text = body.replaceAll('{noformat', '{ noformat').trimEnd();
  const cut = text.length <= LONGEST_BODY ? text : `${text.slice(0, LONGEST_BODY).toWellFormed()}\n\n… (cut)`;
  return `{noformat}\n${cut}\n{noformat}`;
}
