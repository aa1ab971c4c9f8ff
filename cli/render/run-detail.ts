import type { QuestionView } from '../../gateway/api/questions.ts';
import type { RunDetail, RunView } from '../../gateway/api/runs.ts';
import { cleanLine } from './clean.ts';
import { compact } from '../../activities/kit/change-in-words.ts';
import { field, section } from './headed.ts';
import { howToAnswer } from './how-to-answer.ts';
import { renderStory } from './journal.ts';
import { ends, wrap } from './layout.ts';
import { renderQuestion } from './question.ts';
import { paintOutcome, renderWait, waitsText } from './run.ts';
import type { Screen } from './screen.ts';
import { clock, elapsed, moment } from './time.ts';

const notShown = ({ journal, questions }: NonNullable<NonNullable<RunDetail['state']>['cut']>): string =>
  [
    ...(journal
      ? [`${journal} earlier lines of the story: "nightshift record show" has them once the run has ended`]
      : []),
    ...(questions ? [`${questions} earlier questions: "nightshift questions" has them`] : []),
  ].join('; ');

const onlyTries = ({ shadow, runbook }: RunView): [string, string] =>
  shadow
    ? [
        'in shadow',
        `nobody is asked and nothing is carried out; it looks what is done instead: nightshift shadow report ${cleanLine(runbook)}`,
      ]
    : ['only tries', 'plans are shown, nobody is asked, nothing is carried out'];

/** A run as a whole: who or what began it, where it stands, its story, and every open question in full. */
export function renderRunDetail(detail: RunDetail, screen: Screen): string[] {
  const { run, state, note } = detail;
  const { paint, width } = screen;
  const startedAt = state?.startedAt ?? run.startedAt ?? run.receivedAt;
  const open = detail.questions.filter((q) => q.status === 'open');
  return [
    ...ends(paint.bold(cleanLine(run.title)), statusOf(detail, screen), width),
    '',
    ...field('run', cleanLine(run.workflowId), screen),
    ...field('runbook', cleanLine(run.runbook), screen),
    ...field('began', begun(run), screen),
    ...field('input', cleanLine(compact(run.input)), screen),
    ...field('started', moment(startedAt, screen), screen),
    ...(run.endedAt
      ? field('ended', `${clock(run.endedAt, screen)}, after ${length(startedAt, run.endedAt)}`, screen)
      : []),
    ...(run.sealedAt
      ? field('sealed', `${clock(run.sealedAt, screen)}: nightshift record export ${run.workflowId}`, screen)
      : []),
    ...(run.dryRun ? field(...onlyTries(run), screen) : []),
    ...(run.waits ? field('waits', paint.yellow(waitsText(run, screen)), screen) : []),
    ...(state ? renderWait(state, screen) : []),
    ...(note ? field('note', paint.yellow(cleanLine(note)), screen) : []),
    ...(state?.history ? field('history', paint.yellow(cleanLine(state.history)), screen) : []),
    ...(state?.cut ? field('not shown', notShown(state.cut), screen) : []),
    ...section('STORY', renderStory(state?.journal ?? [], { startedAt, screen }), screen),
    ...open.flatMap((q) => [
      '',
      paint.dim('─'.repeat(Math.min(width, 80))),
      ...renderOpenQuestion(q, screen),
    ]),
  ];
}

/** The question in full and how to answer it. */
export const renderOpenQuestion = (
  { workflowId, question, decisions }: QuestionView,
  screen: Screen,
): string[] => [
  ...renderQuestion({ workflowId, question }, screen),
  ...section(
    'ANSWERS SO FAR',
    decisions.flatMap((d) =>
      wrap(
        `${cleanLine(d.person)}: ${cleanLine(d.answer)}${d.reason ? ` (${cleanLine(d.reason)})` : ''}, ${clock(d.receivedAt, screen)}${d.outcome && !d.outcome.counted ? `; not counted: ${cleanLine(d.outcome.why)}` : ''}`,
        { width: screen.width, first: '  ', rest: '    ' },
      ),
    ),
    screen,
  ),
  ...howToAnswer({ workflowId, question }, screen),
];

export function statusOf({ run, state }: RunDetail, screen: Screen): string {
  const outcome = run.outcome ?? state?.outcome;
  if (outcome) return paintOutcome(outcome, screen);
  if (run.waits) return screen.paint.yellow('waiting to start');
  return run.status === 'received' ? screen.paint.yellow('not started yet') : paintOutcome(undefined, screen);
}

function begun({ trigger }: RunView): string {
  if (trigger.kind === 'person')
    return `by ${cleanLine(trigger.person ?? 'somebody')} (${cleanLine(trigger.source)})`;
  if (trigger.kind === 'run') return `by run ${cleanLine(trigger.run ?? 'unknown')}`;
  if (trigger.schedule) return `by schedule ${cleanLine(trigger.schedule.id)} of ${trigger.schedule.at}`;
  if (trigger.kind === 'reminder')
    return trigger.source === 'left-behind' ? 'for what a run left behind' : 'by a reminder';
  const alert = trigger.alert ? cleanLine(trigger.alert.name) : 'an alert';
  const signed = trigger.authenticated ? '' : ', which nobody signed';
  return `by alert ${alert} from ${cleanLine(trigger.source)}${signed}`;
}

const length = (from: string, to: string): string =>
  elapsed(new Date(to).getTime() - new Date(from).getTime());
