/** The figures as text: tables, and bars where parts make up a whole. */
import type { AlertStorm } from '../alert-storm.ts';
import { SHARED, type AlertToChange } from '../alert-to-change.ts';
import type { DecisionToChange } from '../decision-to-change.ts';
import type { Drains } from '../drains.ts';
import type { FiftyHosts } from '../fifty-hosts.ts';
import type { KilledWorkers } from '../killed-workers.ts';
import type { Comparison } from '../measure/compare.ts';
import type { Stage } from '../measure/stages.ts';
import { total } from '../measure/stages.ts';
import type { Spread } from '../measure/statistics.ts';
import type { OneMoreChange } from '../one-more-change.ts';
import type { ParkedRuns } from '../parked-runs.ts';
import type { ReadSteps } from '../read-steps.ts';

const BAR = 40;

const ms = (value: number): string => value.toFixed(1);
const between = ({ median, least, most }: Spread, digits = 1): string =>
  `${median.toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;

export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}

/** One line a stage, its bar beginning where the one before ended. */
export function stackedBars(stages: readonly Stage[]): string {
  const whole = total(stages);
  const width = Math.max(...stages.map(({ name }) => name.length));
  let before = 0;
  const lines = stages.map(({ name, ms: value }) => {
    const from = Math.round((before / whole) * BAR);
    before += value;
    const length = Math.max(Math.round((before / whole) * BAR) - from, value > 0 ? 1 : 0);
    return `${name.padEnd(width)}  ${ms(value).padStart(7)}  ${' '.repeat(from)}${'█'.repeat(length)}`;
  });
  return [...lines, `${'together'.padEnd(width)}  ${ms(whole).padStart(7)}`].join('\n');
}

/** Ours, theirs, the ratio and the control, under the names given. */
function comparisonTable(
  b: Comparison & { readonly nightshiftMs: Spread; readonly peerMs: Spread },
  [ours, theirs, ratio, control]: readonly [string, string, string, string],
): string {
  return table([
    [ours, between(b.nightshiftMs)],
    [theirs, between(b.peerMs)],
    [ratio, between(b.ratio, 2)],
    [control, between(b.control, 2)],
  ]);
}

export function printAlertToChange(b: AlertToChange): string {
  const peer = new Map(b.peerStages.map(({ name, ms: value }) => [name, value]));
  const rows = b.nightshiftStages.map(({ name, ms: value }) => {
    const theirs = peer.get(name) ?? 0;
    return [name, ms(value), theirs ? ms(theirs) : '', ms(value - theirs)];
  });
  const [ours, theirs] = [total(b.nightshiftStages), total(b.peerStages)];
  return [
    'B1  alert POST to the first change at the API server, granted by policy (ms; median, least to most of the blocks)',
    comparisonTable(b, [
      'nightshift',
      'webhook, workflow, one activity',
      'ratio (aim: 2.5 or less)',
      'control: the peer by itself',
    ]),
    '',
    'Where the difference goes (ms; mean of the middle half of the runs)',
    table([
      ['stage', 'nightshift', 'peer', 'difference'],
      ...rows,
      ['together', ms(ours), ms(theirs), ms(ours - theirs)],
    ]),
    '',
    stackedBars(b.nightshiftStages),
    `(the peer spends ${[SHARED.http, SHARED.temporal, SHARED.write].map((name) => ms(peer.get(name) ?? 0)).join(' + ')})`,
  ].join('\n');
}

export function printReadSteps(b: ReadSteps): string {
  return [
    'B2  one more read in a run of 3 to 40 (ms; slope over the lengths)',
    table([
      ['nightshift read', between(b.nightshiftMs, 2)],
      ['bare local activity', between(b.bareLocalMs, 2)],
      ['bare ordinary activity', between(b.bareOrdinaryMs, 2)],
      ['bare ordinary activity, stock server', between(b.stockOrdinaryMs, 2)],
      ['ratio to the bare local activity (aim: 1.2 or less)', between(b.ratio, 2)],
      ['control: the bare local activity by itself', between(b.control, 2)],
      ['stock ordinary activity by nightshift read (expect 20 or more)', between(b.stockByNightshift, 1)],
    ]),
  ].join('\n');
}

export function printOneMoreChange(b: OneMoreChange): string {
  return [
    'B2  one more change of a plan, granted by policy (ms)',
    comparisonTable(b, [
      'nightshift change (slope)',
      'bare activity that writes the same (slope)',
      'ratio',
      'control: the bare activity by itself',
    ]),
    '',
    stackedBars(b.stages),
  ].join('\n');
}

export function printDecisionToChange(b: DecisionToChange): string {
  return [
    "B3  a person's yes to the change at the API server (ms)",
    comparisonTable(b, [
      'nightshift',
      'webhook, Update, one activity',
      'ratio (aim: 1.2 or less)',
      'control: the peer by itself',
    ]),
    '',
    stackedBars(b.stages),
    `(the peer: ${b.peerStages.map(({ name, ms: value }) => `${name} ${ms(value)}`).join(', ')})`,
  ].join('\n');
}

export function printDrains({ nodes, podsPerNode, free, bound }: Drains): string {
  const requests = (of: Drains['free'] | Drains['bound']) =>
    `${of.requests.nightshift.toFixed(1)} and ${of.requests.peer.toFixed(1)}`;
  return [
    `B5  a drain of ${nodes} nodes with ${podsPerNode} pods each, beside kubectl's (ms)`,
    comparisonTable(free, [
      'nightshift, planned and carried out',
      'kubectl drain',
      'ratio (aim: 1 or less)',
      'control: kubectl by itself',
    ]),
    `requests to the API server for each pod, ours and kubectl's: ${requests(free)}`,
    '',
    `${bound.nodes} of the nodes, with a budget that lets one pod go at a time (ms)`,
    table([
      ['nightshift', between(bound.nightshiftMs)],
      ['kubectl drain', between(bound.peerMs)],
      ['kubectl by nightshift (aim: 3 or more)', between(bound.kubectlByNightshift, 2)],
    ]),
    `requests to the API server for each pod, ours and kubectl's: ${requests(bound)}`,
  ].join('\n');
}

export function printParkedRuns(b: ParkedRuns): string {
  return [
    `B4  ${b.runs} runs that wait for an answer, one worker`,
    table([
      ['runs brought to their question, a second', b.parkedPerSecond.toFixed(1)],
      [
        "the worker's memory before and with them (MiB)",
        `${ms(b.memoryMiB.before)} → ${ms(b.memoryMiB.after)}`,
      ],
      ['memory a run (KiB)', ms(b.kibPerRun)],
      ['an answer to any of them, until the run has counted it (ms)', between(b.answerMs)],
      ['kill -9, until a new worker polls (ms)', ms(b.coldStart.readyMs)],
      ['kill -9, until a run it never saw has counted an answer (ms)', ms(b.coldStart.firstAnswerMs)],
    ]),
  ].join('\n');
}

export function printFiftyHosts(b: FiftyHosts): string {
  return [
    `B6  ${b.hosts} hosts at once, ${b.commands} commands on each over open connections (ms)`,
    comparisonTable(b, [
      'nightshift',
      'ssh2 by itself',
      'ratio (aim: 1.2 or less)',
      'control: ssh2 by itself',
    ]),
    table([
      ['OpenSSH with ControlMaster', between(b.controlMasterMs)],
      ['ControlMaster by nightshift (aim: 3 or more)', between(b.controlMasterByNightshift, 2)],
      ['with the logins: nightshift', between(b.cold.nightshiftMs)],
      ['with the logins: ssh2 by itself', between(b.cold.peerMs)],
      ['with the logins: ratio', between(b.cold.ratio, 2)],
    ]),
  ].join('\n');
}

const goneOn = (took: Spread | undefined): string => (took ? between(took, 0) : 'no round');

export function printKilledWorkers(b: KilledWorkers): string {
  return [
    `B8  ${b.runsPerRound} runs in the middle of their changes, their worker killed, ${b.rounds} times`,
    table([
      ['until the last has gone on, with a standby (ms)', goneOn(b.goneOnMs.standby)],
      ['until the last has gone on, without (ms)', goneOn(b.goneOnMs.cold)],
      ['changes', String(b.changes)],
      ['duplicated', String(b.duplicated)],
      ['lost', String(b.lost)],
      ['begun, not happened, tried again when told to', String(b.held)],
    ]),
  ].join('\n');
}

export function printAlertStorm(b: AlertStorm): string {
  return [
    `B9  ${b.alerts} alerts of ${b.incidents} incidents from ${b.senders} senders; a gateway and PostgreSQL killed meanwhile`,
    table([
      ['acknowledged a minute (aim: 10000 or more)', b.perMinute.toFixed(0)],
      ['POST to 2xx, ms', between(b.acknowledgedMs)],
      ['not taken and sent again', String(b.repeated)],
      ['lost after a 2xx', String(b.lost)],
      ['runs started twice', String(b.doubled)],
      ['last 2xx to every run at Temporal, ms', b.startedAfterMs.toFixed(0)],
    ]),
  ].join('\n');
}
