/**
 * The incident of PagerDuty that started a run, by the REST API v2 (https://developer.pagerduty.com/api-reference): what
 * the run says becomes notes of it; it is acknowledged when a person has answered, escalated with the question, and where
 * it is configured resolved when the run has completed and no other run works on it. Silence acknowledges nothing:
 * PagerDuty goes on paging.
 *
 * The note comes last and carries a mark: where it is found, all of the message is there, and nothing is done again. A
 * change that was answered is kept in mind until its note is there. An escalation whose answer was lost before that, with
 * the connection or the gateway, is asked for twice, since PagerDuty does not say which level an incident has.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { jsonOf } from '../../../activities/http/json-of.ts';
import type { Secret } from '../../../config/index.ts';
import { getJson, NotTold, postJson, putJson, type OpenChannel, type Outgoing } from '../channel.ts';
import type { Telling } from '../telling.ts';

/** Whether a run other than the one that this is told of was started by the same incident, and goes on. */
export type IsWorkedOn = (telling: Telling) => Promise<boolean>;

export interface PagerDutyIncidentsConfig {
  readonly token: Secret;
  /** The address of the user in whose name it is done: the API asks for it. */
  readonly from: string;
  readonly api: string;
  readonly resolve: boolean;
  /** A run that has completed leaves the incident to it: its end may stop that run half way. */
  readonly isWorkedOn: IsWorkedOn;
}

const Incident = z.looseObject({
  incident: z.looseObject({ status: z.enum(['triggered', 'acknowledged', 'resolved']) }),
});
const Notes = z.looseObject({ notes: z.array(z.looseObject({ content: z.string() })) });

/** PagerDuty's own limit. */
const LONGEST_NOTE = 25_000;

export function pagerDutyIncidentsChannel(config: PagerDutyIncidentsConfig): OpenChannel {
  const { token, from, api, resolve, isWorkedOn } = config;
  /** Messages whose change is done with and whose note is not, with what PagerDuty never takes of them. */
  const moved = new Map<string, NotTold | undefined>();
  return {
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
      const mark = `nightshift-${createHash('sha256').update(id).digest('hex').slice(0, 16)}`;
      if (!again || !(await isNoted())) {
        if (!moved.has(id)) moved.set(id, await move());
        await note();
      }
      const refused = moved.get(id);
      moved.delete(id);
      if (refused) throw refused;
      return telling.incident;

      /** Answers what PagerDuty never takes: it is in the note all the same. */
      async function move(): Promise<NotTold | undefined> {
        try {
          const change = changeFor(telling, resolve);
          if (change && (await isToBeMade(change)))
            await putJson(incident, { incident: change }, { headers, signal });
          return undefined;
        } catch (error) {
          if (error instanceof NotTold && error.retry === 'never') return error;
          throw error;
        }
      }

      async function isNoted(): Promise<boolean> {
        const { notes } = understood(Notes, await getJson(`${incident}/notes`, { headers, signal }));
        return notes.some(({ content }) => content.includes(mark));
      }

      async function note(): Promise<void> {
        const text = [telling.title, ...telling.lines, ...telling.commands].join('\n');
        const content = `${text.slice(0, LONGEST_NOTE - 60).toWellFormed()}\n[${mark}]`;
        await postJson(`${incident}/notes`, { note: { content } }, { headers, signal });
      }

      /** A resolved incident takes no change, and one that is acknowledged needs it no more. */
      async function isToBeMade(change: Change): Promise<boolean> {
        const { status } = understood(Incident, await getJson(incident, { headers, signal })).incident;
        if (status === 'resolved' || change.status === status) return false;
        return change.status !== 'resolved' || !(await isWorkedOn(telling));
      }
    },
  };
}

/** Answers that no person gave. */
const NOBODYS = ['expired', 'withdrawn', 'stopped', 'cancelled', 'completed', 'failed', 'aborted'];

interface Change {
  readonly type: 'incident';
  readonly status?: 'acknowledged' | 'resolved';
  readonly escalation_level?: number;
}

function changeFor({ event, closedAs, escalation, outcome }: Telling, resolve: boolean): Change | undefined {
  const type = 'incident';
  if (event === 'answer' && closedAs !== undefined && !NOBODYS.includes(closedAs))
    return { type, status: 'acknowledged' };
  if (event === 'escalation' && escalation !== undefined) return { type, escalation_level: escalation };
  if (event === 'end' && outcome === 'completed' && resolve) return { type, status: 'resolved' };
  return undefined;
}

function understood<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  const parsed = schema.safeParse(jsonOf(text));
  if (!parsed.success) throw new NotTold('an answer that is not PagerDuty’s', 'soon');
  return parsed.data;
}
