/**
 * Annotations on Grafana's dashboards (https://grafana.com/docs/grafana/latest/developers/http_api/annotations/): one for
 * each thing that is told, at its moment. Each carries its id as a tag, and one that may be there already is looked for.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { jsonOf } from '../../../activities/http/json-of.ts';
import type { Secret } from '../../../config/index.ts';
import { getJson, NotTold, postJson, type OpenChannel } from '../channel.ts';

export interface GrafanaConfig {
  readonly url: string;
  readonly token: Secret;
  readonly dashboard?: string | undefined;
  readonly tags: readonly string[];
}

const Added = z.looseObject({ id: z.int() });
const Found = z.array(Added);

export const grafanaChannel = ({ url, token, dashboard, tags }: GrafanaConfig): OpenChannel => ({
  single: true,
  async send({ id, tellings: [telling], again }, signal) {
    const headers = { authorization: `Bearer ${token.reveal()}` };
    const api = `${url.replace(/\/$/, '')}/api/annotations`;
    const mark = `nightshift-${createHash('sha256').update(id).digest('hex').slice(0, 20)}`;
    const there = again ? await find() : undefined;
    return String(there ?? (await add()));

    async function find(): Promise<number | undefined> {
      const query = new URLSearchParams({ tags: mark, limit: '1' });
      return understood(Found, await getJson(`${api}?${query.toString()}`, { headers, signal }))[0]?.id;
    }
    async function add(): Promise<number> {
      const body = {
        ...(dashboard !== undefined && { dashboardUID: dashboard }),
        time: Date.parse(telling.at),
        tags: [
          ...new Set(['nightshift', telling.event, ...(telling.runbook ? [telling.runbook] : []), ...tags]),
          mark,
        ],
        text: [telling.title, ...telling.lines].map(escaped).join('<br>'),
      };
      return understood(Added, await postJson(api, body, { headers, signal })).id;
    }
  },
});

function understood<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  const parsed = schema.safeParse(jsonOf(text));
  if (!parsed.success) throw new NotTold('an answer that is not Grafana’s', 'soon');
  return parsed.data;
}

/** Grafana shows an annotation's text as HTML. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
