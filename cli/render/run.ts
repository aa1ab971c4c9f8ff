import type { RunDetail, RunView } from '../../gateway/api/runs.ts';
import type { RunState } from '../../workflows/messages.ts';
import { cleanLine } from './clean.ts';
import { field } from './headed.ts';
import { wrap } from './layout.ts';
import type { Screen } from './screen.ts';
import { clock, elapsed, moment } from './time.ts';

/** What the run does now, and whom it waits for since when and until when. */
export function renderWait({ doing, waitingFor, outcome }: RunState, screen: Screen): string[] {
  if (outcome) return [];
  if (!waitingFor) return field('now', cleanLine(doing), screen);
  const { what, whom, since, until } = waitingFor;
  return field(
    'now',
    screen.paint.yellow(`waits for ${waitText({ what, whom, since, until }, screen)}`),
    screen,
  );
}

export function waitText(
  wait: { what: string; whom: readonly string[]; since: string; until?: string | undefined },
  screen: Screen,
): string {
  const from = wait.whom.length > 0 ? ` (${wait.whom.map(cleanLine).join(' or ')})` : '';
  const since = `for ${elapsed(screen.now.getTime() - new Date(wait.since).getTime())}`;
  const limit = wait.until ? `, until ${moment(wait.until, screen)}` : ', with no time limit';
  return `${cleanLine(wait.what)}${from}, ${since}${limit}`;
}

/** What a run waits for at nightshift itself, before a person or the system is concerned; empty for nothing. */
export function waitsText({ waits }: Pick<RunView, 'waits'>, screen: Screen): string {
  if (!waits) return '';
  const on = waits.on.length > 0 ? `: ${waits.on.map(cleanLine).join(', ')}` : '';
  const since = waits.since ? `, for ${elapsed(screen.now.getTime() - new Date(waits.since).getTime())}` : '';
  return `${cleanLine(waits.what)}${on}${since}${waits.until ? `, until ${moment(waits.until, screen)}` : ''}`;
}

/** Outcomes that are not the good end print in another colour, and always as a word. */
export function paintOutcome(outcome: RunState['outcome'], { paint }: Screen): string {
  if (!outcome) return paint.cyan('running');
  if (outcome === 'completed') return paint.green(outcome);
  return outcome === 'failed' || outcome === 'terminated' || outcome === 'aborted'
    ? paint.red(outcome)
    : paint.yellow(outcome);
}

/** One line for a run that has ended; and why there is no story above it, where the run itself no longer answers. */
export function renderEnd({ run, state, note }: RunDetail, screen: Screen): string[] {
  const last = state?.journal.at(-1);
  const at = run.endedAt ?? last?.endedAt ?? last?.at;
  const began = new Date(state?.startedAt ?? run.startedAt ?? run.receivedAt).getTime();
  const when = at ? ` at ${clock(at, screen)}, after ${elapsed(new Date(at).getTime() - began)}` : '';
  const ended = `Run ${paintOutcome(run.outcome ?? state?.outcome, screen)}${when}.`;
  const silent = state
    ? ''
    : ` ${cleanLine(note ?? 'The run does not answer')}; its record tells the story: nightshift record show ${run.workflowId}`;
  return wrap(ended + silent, { width: screen.width });
}
