import { CancellationScope, defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import { ordinary } from './calls.ts';
import { newest } from './bounds.ts';
import { run } from './current-run.ts';
import { doingNow } from './doing.ts';
import { handsChanged } from './hands.ts';
import { historyRoom } from './history-room.ts';
import { AlertNews, MESSAGES, type DecisionOutcome, type JournalEntry, type RunState } from './messages.ts';
import { decide } from './answers.ts';
import { isInShadow } from './shadow.ts';
import { hasAssumed } from './trying.ts';

const decideUpdate = defineUpdate<DecisionOutcome, [unknown]>(MESSAGES.decide);
const decideSignal = defineSignal<[unknown]>(MESSAGES.decideSignal);
const alertSignal = defineSignal<[unknown]>(MESSAGES.alert);
const stopSignal = defineSignal(MESSAGES.stop);
const handsSignal = defineSignal(MESSAGES.hands);
const earlierQuery = defineQuery<JournalEntry[], [number]>(MESSAGES.earlier);
const stateQuery = defineQuery<RunState>(MESSAGES.state);

/** Called on the first line of a workflow: an early update is rejected otherwise. */
export function installHandlers(): void {
  setHandler(decideUpdate, decide);
  setHandler(decideSignal, async (signed) => void (await decide(signed)));
  setHandler(alertSignal, alertNews);
  setHandler(stopSignal, stopped);
  setHandler(handsSignal, handsChanged);
  setHandler(stateQuery, state);
  setHandler(earlierQuery, (seq) => newest(run.journal.entries.slice(0, Math.max(0, seq - 1))));
}

async function alertNews(news: unknown): Promise<void> {
  const parsed = AlertNews.safeParse(news);
  if (!parsed.success) return;
  const { kind, alertId } = parsed.data;
  run.journal.say({
    kind: 'alert',
    name: alertId,
    text: kind === 'resolved' ? 'The alert resolved.' : 'The alert came again.',
  });
  if (kind === 'resolved') run.alertResolved = true;
  // Where it has assumed a yes, people would have been asked by now: it stays, and looks what they do.
  if (isInShadow() && hasAssumed()) return;
  if (kind !== 'resolved' || run.runbook?.whenAlertResolves !== 'stop-before-first-change') return;
  if (run.changesBegun > 0 || (run.hasStartedOthers && (await othersHaveChanged()))) {
    run.journal.say({
      kind: 'note',
      name: 'alert',
      text: 'Something was changed already: the run finishes and puts back.',
    });
  } else run.end({ outcome: 'stopped', reason: 'the alert resolved before anything was changed' });
}

/** What a run that it started changes is this one's doing. */
const othersHaveChanged = (): Promise<boolean> =>
  CancellationScope.nonCancellable(async () => (await ordinary.orders()).hasChanged);

/** Anybody can send a signal; what counts is what the ledger says. */
async function stopped(): Promise<void> {
  const order = await CancellationScope.nonCancellable(async () => (await ordinary.orders()).stopped);
  if (order) run.stop(order);
}

function state(): RunState {
  const questions = [...run.questions.values()].filter((q) => !q.closed).map((q) => q.question);
  const { entries } = run.journal;
  const shown = { journal: newest(entries), questions: newest(questions) };
  const cut = {
    journal: entries.length - shown.journal.length,
    questions: questions.length - shown.questions.length,
  };
  return {
    workflowId: run.workflowId,
    runbook: run.runbook?.id ?? '',
    title: run.runbook?.title ?? '',
    startedAt: run.startedAt,
    ...doingNow(run),
    ...shown,
    ...((cut.journal > 0 || cut.questions > 0) && { cut }),
    ...(historyRoom.note !== undefined && { history: historyRoom.note }),
    ...(run.outcome && { outcome: run.outcome }),
  };
}
