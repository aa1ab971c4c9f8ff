import type { History } from './history-size.ts';

export type HistoryEvent = NonNullable<History['events']>[number];

/** Whether a worker has something of the workflow in its hands, or is about to. */
export function isBusy(events: readonly HistoryEvent[]): boolean {
  const last = events.at(-1);
  if (isClosing(last)) return false;
  const begun = events.filter((e) => e.activityTaskScheduledEventAttributes).length;
  const ended = events.filter(
    (e) =>
      e.activityTaskCompletedEventAttributes ??
      e.activityTaskFailedEventAttributes ??
      e.activityTaskTimedOutEventAttributes ??
      e.activityTaskCanceledEventAttributes,
  ).length;
  const isTask =
    last?.workflowExecutionStartedEventAttributes ??
    last?.workflowTaskScheduledEventAttributes ??
    last?.workflowTaskStartedEventAttributes;
  return begun > ended || isTask != null;
}

/** A workflow that is over may have left activities behind, whose end nobody writes down. */
const isClosing = (last: HistoryEvent | undefined): boolean =>
  (last?.workflowExecutionCompletedEventAttributes ??
    last?.workflowExecutionFailedEventAttributes ??
    last?.workflowExecutionCanceledEventAttributes ??
    last?.workflowExecutionTerminatedEventAttributes ??
    last?.workflowExecutionTimedOutEventAttributes) != null;
