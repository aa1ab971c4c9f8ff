/**
 * PagerDuty by its Events API v2 (https://developer.pagerduty.com/docs/events-api-v2-overview): a question is an alert
 * until it is answered, a run that failed is one until a person resolves it; changes and freezes are change events. The
 * key of an alert is made from the question or the run, so what is sent twice is one alert.
 */
import { createHash } from 'node:crypto';
import type { Secret } from '../../../config/index.ts';
import { NotTold, postJson, type OpenChannel } from '../channel.ts';
import type { Telling } from '../telling.ts';

export interface PagerDutyConfig {
  readonly routingKey: Secret;
  readonly api: string;
}

const LONGEST_SUMMARY = 1024;

export function pagerDutyChannel({ routingKey, api }: PagerDutyConfig): OpenChannel {
  const send = async (path: string, event: object, signal: AbortSignal): Promise<void> => {
    const key = routingKey.reveal();
    // The API answers a wrong key with 400 like any other mistake; here the words are better.
    if (!/^[0-9A-Za-z]{32}$/.test(key))
      throw new NotTold('its routing key is not the 32 letters and digits of an integration', 'never');
    await postJson(`${api}${path}`, { routing_key: key, ...event }, { signal });
  };
  return {
    single: true,
    async send({ id, tellings: [telling] }, signal) {
      const action = ACTIONS[telling.event] ?? 'trigger';
      if (action === 'change') {
        await send('/v2/change/enqueue', changeEvent(telling), signal);
        return undefined;
      }
      const key = keyOf(telling, id);
      const event = { event_action: action, dedup_key: key };
      await send('/v2/enqueue', action === 'trigger' ? { ...event, ...alert(telling) } : event, signal);
      return key;
    },
  };
}

/** Everything else triggers: reminders and escalations come to the alert that is open. */
const ACTIONS: Readonly<Record<string, 'resolve' | 'change'>> = {
  ...{ answer: 'resolve', end: 'resolve', change: 'change', freeze: 'change' },
};

const keyOf = ({ deployment, run, question }: Telling, id: string): string =>
  `nightshift-${createHash('sha256')
    .update(JSON.stringify(run === undefined ? [id] : [deployment, run, question ?? null]))
    .digest('hex')
    .slice(0, 40)}`;

const alert = (telling: Telling) => ({
  payload: {
    summary: telling.title.slice(0, LONGEST_SUMMARY).toWellFormed(),
    source: `nightshift ${telling.deployment}`,
    severity: severityOf(telling),
    timestamp: telling.at,
    class: telling.event,
    ...(telling.runbook !== undefined && { component: telling.runbook }),
    custom_details: {
      run: telling.run,
      lines: telling.lines,
      asks: telling.asks,
      commands: telling.commands,
    },
  },
  client: 'nightshift',
});

const changeEvent = ({ title, deployment, at, run, lines }: Telling) => ({
  payload: {
    summary: title.slice(0, LONGEST_SUMMARY).toWellFormed(),
    source: `nightshift ${deployment}`,
    timestamp: at,
    custom_details: { run, lines },
  },
});

/** PagerDuty knows four; alerts bring any word as theirs. */
function severityOf({ event, severity = '' }: Telling): string {
  if (event === 'test') return 'info';
  if (/^(critical|page|fatal|emergency|p1|sev-?1)$/i.test(severity)) return 'critical';
  if (/^(error|high|major|p2|sev-?2)$/i.test(severity)) return 'error';
  if (/^(info|low|none|notice)$/i.test(severity)) return 'info';
  return event === 'failure' ? 'error' : 'warning';
}
