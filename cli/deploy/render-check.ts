import { cleanLine } from '../render/clean.ts';
import type { Screen } from '../render/screen.ts';
import { wrap } from '../render/layout.ts';
import type { DeployCheck, ReplayBreak, Unseen } from './check-deploy.ts';

/** A check for a person: what breaks, grouped by what was changed, and what it means for the runs. */
export function renderCheck(check: DeployCheck, { paint, width }: Screen): string[] {
  const { version, replayed, contracts, waiting, replays, unseen } = check;
  const lines = [
    `Version ${version}, with ${replayed.open} open and ${replayed.ended} ended runs told again from their histories:`,
  ];
  const say = (sign: string, text: string, indent = '') =>
    lines.push(...wrap(cleanLine(text), { width, first: `${indent}${sign} `, rest: `${indent}  ` }));
  for (const { version: older, step, what, runs } of contracts)
    say(
      paint.red('✘'),
      `${step} ${what}. Runs of version ${older} call it as it was: ${runs.length ? runs.join(', ') : 'none is open, it takes new ones'}.`,
    );
  for (const { workflowId, problem } of waiting)
    say(paint.red('✘'), `${workflowId} has not begun, and could not: ${problem}.`);
  for (const [type, found] of grouped(replays)) {
    const loose = found.filter((run) => !run.pinned);
    const meaning = loose.length
      ? `${loose.length} of them would stand still`
      : `${found.length === 1 ? 'it ends' : 'each ends'} on the version that it began with`;
    say(
      loose.length ? paint.red('✘') : paint.yellow('!'),
      `${type}: ${found.length} ${found.length === 1 ? 'does' : 'do'} not replay; ${meaning}.`,
    );
    for (const run of found) say('•', describe(run), '  ');
  }
  for (const [sign, meaning, found] of [
    [paint.red('✘'), GO_ON_WITH_IT, unseen.filter(({ moves }) => moves)],
    [paint.yellow('!'), STAY, unseen.filter(({ moves }) => !moves)],
  ] as const)
    if (found.length > 0)
      say(sign, `Not looked at, since the ledger does not know them: ${named(found)}. ${meaning}.`);
  if (lines.length === 1) lines.push(`${paint.green('✔')} Nothing breaks.`);
  return lines;
}

const GO_ON_WITH_IT =
  'They take every version that is deployed, and would stand still where it cannot go on with them; end them: temporal workflow terminate --workflow-id ID';
const STAY = 'They keep the version that they have, or are of somebody else who shares the namespace';
const named = (found: readonly Unseen[]): string =>
  found.map(({ workflowId, type }) => `${workflowId} (${type})`).join(', ');

const describe = ({ workflowId, state, event, at, why }: ReplayBreak): string =>
  `${workflowId} (${state}) ${event === undefined ? 'fails' : `parts at event ${event}, ${at}`}: ${why}`;

function grouped(replays: readonly ReplayBreak[]): Map<string, ReplayBreak[]> {
  const groups = new Map<string, ReplayBreak[]>();
  for (const run of replays) groups.set(run.type, [...(groups.get(run.type) ?? []), run]);
  return groups;
}
