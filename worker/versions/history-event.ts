/** Events of a run's history, in the words of its runbook. */

/** As Temporal's `historyToJSON` writes it. */
export interface HistoryJson {
  readonly events: readonly ({ readonly eventId: string; readonly eventType: string } & Readonly<
    Record<string, unknown>
  >)[];
}

interface Named {
  readonly activityType?: { readonly name?: string };
  readonly markerName?: string;
  readonly details?: Readonly<Record<string, { payloads?: readonly { data?: string }[] }>>;
}

/** What this event was: a step, an answer; else Temporal's name for it. */
export function eventNamed(history: HistoryJson, id: string): string {
  const event = history.events.find((e) => String(e.eventId) === id);
  if (!event) return 'an event behind its end';
  const attributes = Object.keys(event).find((key) => key.endsWith('EventAttributes'));
  const facts = (attributes ? event[attributes] : {}) as Named;
  const step = facts.activityType?.name ?? localActivity(facts);
  if (step) return `the step ${step}`;
  const type = event.eventType.replace(/^EVENT_TYPE_/, '');
  if (/UPDATE/.test(type)) return 'an answer';
  if (/SIGNAL/.test(type)) return 'news of its alert';
  return type.toLowerCase().replaceAll('_', ' ');
}

/** The number of the one event that scheduled a step; nothing where there are several. */
export function onlyEventOf(history: HistoryJson, step: string): string | undefined {
  const found = history.events.filter(
    (e) => (e['activityTaskScheduledEventAttributes'] as Named | undefined)?.activityType?.name === step,
  );
  return found.length === 1 ? String(found[0]!.eventId) : undefined;
}

/** A local activity is a marker whose data names it. */
function localActivity({ details }: Named): string | undefined {
  for (const { payloads } of Object.values(details ?? {})) {
    const data = payloads?.[0]?.data;
    const name = data && /"activity_type":"([^"]+)"/.exec(Buffer.from(data, 'base64').toString('utf8'))?.[1];
    if (name) return name;
  }
  return undefined;
}

/** The sentence of a replay's error that says what happened, without what it is wrapped in. */
export function deepestCause(message: string): string {
  const core = /Nondeterminism error: ([^"]*)/.exec(message)?.[1] ?? /message: "([^"]+)"/.exec(message)?.[1];
  return (core ?? message).replace(/HistoryEvent\(id: (\d+), (\w+)\)/g, 'event $1, $2').trim();
}
