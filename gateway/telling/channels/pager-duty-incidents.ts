/**
 * The incident of PagerDuty that started a run, by the REST API v2 (https://developer.pagerduty.com/api-reference): what
 * the run says becomes notes of it; it is acknowledged when a person has answered, escalated with the question, and where
 * it is configured resolved when the run has completed. Silence acknowledges nothing: PagerDuty goes on paging.
 *
 * What is there already is looked for before each write, so whatever is sent twice is there once.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { jsonOf } from '../../../activities/http/json-of.ts';
import type { Secret } from '../../../config/index.ts';
import { getJson, NotTold, postJson, putJson, type OpenChannel, type Outgoing } from '../channel.ts';
import type { Telling } from '../telling.ts';

export interface PagerDutyIncidentsConfig {
  readonly token: Secret;
  /** The address of the user in whose name it is done: the API asks for it. */
  readonly from: string;
  readonly api: string;
  readonly resolve: boolean;
}

const Incident = z.looseObject({
  incident: z.looseObject({ status: z.enum(['triggered', 'acknowledged', 'resolved']) }),
});
const Notes = z.looseObject({ notes: z.array(z.looseObject({ content: z.string() })) });

/** PagerDuty's own limit. */
const LONGEST_NOTE = 25_000;

export const pagerDutyIncidentsChannel = ({
  token,
  from,
  api,
  resolve,
}: PagerDutyIncidentsConfig): OpenChannel => ({
  single: true,
  async send({ id, tellings: [telling], again }: Outgoing, signal) {
    const headers = {
      accept: 'application/vnd.pagerduty+json;version=2',
      authorization: `Token token=${token.reveal()}`,
      from,
    };
    if (telling.event === 'test') {
      await getJson(`${api}/incidents?limit=1`, { headers, signal });
      return undefined;
    }
    // Only a run that an incident started has one to write to.
    if (telling.incident === undefined) return undefined;
    const incident = `${api}/incidents/${encodeURIComponent(telling.incident)}`;
    await note();
    const change = changeFor(telling, resolve);
    if (change && (await isToBeMade())) await putJson(incident, { incident: change }, { headers, signal });
    return telling.incident;

    async function note(): Promise<void> {
      const mark = `nightshift-${createHash('sha256').update(id).digest('hex').slice(0, 16)}`;
      if (again) {
        const { notes } = understood(Notes, await getJson(`${incident}/notes`, { headers, signal }));
        if (notes.some(({ content }) => content.includes(mark))) return;
      }
      const text = [telling.title, ...telling.lines, ...telling.commands].join('\n');
      const content = `${text.slice(0, LONGEST_NOTE - 60).toWellFormed()}\n[${mark}]`;
      await postJson(`${incident}/notes`, { note: { content } }, { headers, signal });
    }

    /** A resolved incident takes no change, and one that is acknowledged needs it no more. */
    async function isToBeMade(): Promise<boolean> {
      const { status } = understood(Incident, await getJson(incident, { headers, signal })).incident;
      return status !== 'resolved' && !('status' in change! && change.status === status);
    }
  },
});

/** Answers that no person gave. */
const NOBODYS = ['expired', 'withdrawn', 'stopped', 'cancelled', 'completed', 'failed', 'aborted'];

function changeFor({ event, closedAs, escalation, outcome }: Telling, resolve: boolean) {
  const type = 'incident' as const;
  if (event === 'answer' && closedAs !== undefined && !NOBODYS.includes(closedAs))
    return { type, status: 'acknowledged' as const };
  if (event === 'escalation' && escalation !== undefined) return { type, escalation_level: escalation };
  if (event === 'end' && outcome === 'completed' && resolve) return { type, status: 'resolved' as const };
  return undefined;
}

function understood<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  const parsed = schema.safeParse(jsonOf(text));
  if (!parsed.success) throw new NotTold('an answer that is not PagerDuty’s', 'soon');
  return parsed.data;
}
