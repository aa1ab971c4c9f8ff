import { printable } from '../client/failure.ts';
import type { RawEvent } from '../client/raw.ts';
import type { Event } from '../contract/events.ts';

/**
 * When an event was last seen: the series' last observation, then lastTimestamp, then eventTime, then when it was
 * written (kubectl/pkg/cmd/events, `EventTime`). Newer clients leave lastTimestamp empty.
 */
export function lastSeen(event: RawEvent): string {
  return (
    event.series?.lastObservedTime ||
    event.lastTimestamp ||
    event.eventTime ||
    event.metadata?.creationTimestamp ||
    ''
  );
}

/** An event in the runbook's words, its times with millisecond resolution. */
export function summariseEvent(event: RawEvent): Event {
  const object = event.involvedObject;
  const at = iso(lastSeen(event));
  return {
    at,
    first: iso(event.firstTimestamp || event.eventTime || event.metadata?.creationTimestamp || '') || at,
    type: event.type ?? '',
    reason: event.reason ?? '',
    object: {
      kind: object?.kind ?? '',
      ...(object?.namespace && { namespace: object.namespace }),
      name: object?.name ?? '',
      ...(object?.uid && { uid: object.uid }),
    },
    message: printable(event.message ?? '', 500),
    count: event.series?.count ?? event.count ?? 1,
    source: event.reportingComponent || event.source?.component || '',
  };
}

/** Newest last; equal times keep the order in which the server gave them. */
export function orderEvents(events: readonly Event[]): Event[] {
  return [...events].sort((a, b) => a.at.localeCompare(b.at));
}

function iso(time: string): string {
  const parsed = new Date(time);
  return Number.isNaN(parsed.getTime()) ? '' : parsed.toISOString();
}
