/** A run that implements the messages and nothing else: it asks nothing, counts what it is told, and ends on `approve`. */
import {
  allHandlersFinished,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  DecisionStatement,
  MESSAGES,
  StartStatement,
  type AlertNews,
  type DecisionOutcome,
  type RunState,
  type Signed,
} from '../../workflows/messages.ts';

const decide = defineUpdate<DecisionOutcome, [Signed]>(MESSAGES.decide);
const alert = defineSignal<[AlertNews]>(MESSAGES.alert);
const state = defineQuery<RunState>(MESSAGES.state);

export default async function testRun(signed: Signed): Promise<string> {
  const start = StartStatement.parse(JSON.parse(signed.statement));
  const { workflowId, startTime } = workflowInfo();
  const startedAt = startTime.toISOString();
  const journal: RunState['journal'] = [];
  const people = new Set<string>();
  let approved = false;
  const say = (kind: 'decision' | 'alert', name: string, text: string) =>
    journal.push({ seq: journal.length + 1, at: startedAt, kind, name, text, status: 'ok' });

  setHandler(decide, (given) => {
    const { person, answer, questionId } = DecisionStatement.parse(JSON.parse(given.statement));
    if (people.has(person)) return { counted: false, why: `${person} has answered this question already` };
    people.add(person);
    say('decision', questionId, `${person}: ${answer}`);
    approved ||= answer === 'approve';
    return { counted: true, votes: people.size, needed: 1, closed: approved };
  });
  setHandler(alert, (news) => void say('alert', news.kind, news.alertId));
  setHandler(state, () => ({
    workflowId,
    runbook: start.runbook,
    title: start.runbook,
    startedAt,
    doing: approved ? 'nothing any more' : 'waiting for an answer',
    questions: [],
    journal,
    ...(approved ? { outcome: 'completed' as const } : {}),
  }));

  await condition(() => approved);
  await condition(allHandlersFinished);
  return start.runbook;
}
