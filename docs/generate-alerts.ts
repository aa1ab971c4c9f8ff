/**
 * `node docs/generate-runbooks.ts` writes docs/alerts.md: what each alert starts, from the runbooks and their source.
 * test/docs/alerts.test.ts fails when the file is older than they are.
 */
import runbooks from '../runbooks/index.ts';
import type { RunbookDefinition } from '../workflows/index.ts';
import { readRunbookSource, type RunbookSource } from './runbook-source.ts';
import { anchor, effectOf, SYSTEMS } from './generate-steps.ts';

const EFFECTS: ReadonlyMap<string, string> = new Map(
  SYSTEMS.flatMap(({ steps }) =>
    Object.values(steps).map(({ contract }) => [contract.name, effectOf(contract)]),
  ),
);

export const ALERTS_FILE = new URL('./alerts.md', import.meta.url);

const INTRODUCTION = `# Alerts

Generated from the runbooks by \`node docs/generate-runbooks.ts\`; do not edit.

Which alert starts which runbook, what that looks at, what it may propose, what must hold before it says that it is over, and who is asked. An alert that is not here starts nothing: \`nightshift trigger explain FILE\` says so of one, with the reason. How alerts come in is in [operating.md](operating.md#alert-sources).

Where nobody answers in the time that a chapter names, those that come next are asked as well, for as long again; after the last of them silence counts as a no. Then nothing of the plan is done, the run puts back what it changed or names it as left, and ends as \`rejected\`; whom to tell of that is [\`telling\`](operating.md#telling-people) of the configuration.`;

export function alertsPage(): string {
  const started = runbooks.filter(({ triggers }) => triggers.length > 0);
  const rows = started
    .flatMap((runbook) =>
      runbook.triggers.map(({ match }) => ({ runbook, match, names: namesOf(match.alertname) })),
    )
    .flatMap(({ runbook, match, names }) =>
      names.map((name) => ({ name, labels: labelsOf(match.labels), runbook })),
    )
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map(({ name, labels, runbook: { id, title } }) => `| ${code(name)} | ${labels} | [${title}](#${id}) |`);
  return `${[
    INTRODUCTION,
    ['| alert | with the labels | starts |', '|---|---|---|', ...rows].join('\n'),
    ...started.map(chapter),
  ].join('\n\n')}\n`;
}

/** An expression that is a list of names is that list; any other is shown as it is. */
function namesOf(alertname: string | RegExp): string[] {
  if (typeof alertname === 'string') return [alertname];
  const list = /^\^\(([\w|]+)\)\$$/.exec(alertname.source);
  return list ? list[1]!.split('|') : [String(alertname)];
}

const labelsOf = (labels: Readonly<Record<string, string | RegExp>> = {}): string =>
  Object.entries(labels)
    .map(([name, value]) => code(`${name}=${String(value)}`))
    .join(', ');

function chapter({ id, title, owner, description, whenAlertResolves, onRepeat }: RunbookDefinition): string {
  const source = readRunbookSource(id);
  const steps = source.steps.map((name) => ({ name, effect: EFFECTS.get(name) }));
  const of = (wanted: (effect: string) => boolean) =>
    steps.flatMap(({ name, effect }) =>
      effect !== undefined && wanted(effect)
        ? [`${link(name)}${effect === 'read' ? '' : ` (${effect.replace('change, ', '')})`}`]
        : [],
    );
  const line = (name: string, items: readonly string[]) =>
    items.length > 0 ? [`- **${name}**: ${items.join(', ')}`] : [];
  return [
    `## ${id}`,
    `${title}. ${description}`,
    [
      ...line(
        'looks at',
        of((effect) => effect === 'read'),
      ),
      ...line(
        'may propose',
        of((effect) => effect !== 'read'),
      ),
      ...line(
        'may start',
        source.starts.map((started) => `[\`${started}\`](#${started})`),
      ),
      ...line(
        'must hold',
        source.checks.map((check) => `“${check}”`),
      ),
      ...line('looks for in logs', source.logPatterns.map(code)),
      ...line('asks Loki', source.logQueries.map(code)),
      `- **asks**: ${asked(source, owner)}`,
      `- **again while it runs**: ${REPEATS[onRepeat]}; **when the alert resolves**: ${RESOLVES[whenAlertResolves]}`,
    ].join('\n'),
  ].join('\n\n');
}

const REPEATS = {
  join: 'the run is told',
  queue: 'another run follows it',
  ignore: 'nothing starts',
} as const;
const RESOLVES = {
  finish: 'it goes on to its end',
  'stop-before-first-change': 'it stops, unless it has changed something',
} as const;

function asked({ asks }: RunbookSource, owner: string): string {
  if (asks.length === 0) return `nobody; it belongs to \`${owner}\``;
  return asks
    .map(({ from, within, escalateTo }) =>
      [
        `\`${from}\`, for ${within}`,
        ...(escalateTo.length > 0
          ? [`then also ${escalateTo.map((role) => `\`${role}\``).join(' and ')}, for as long again`]
          : []),
        'then silence is a no',
      ].join(', '),
    )
    .join('; ');
}

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;
const link = (step: string): string => `[\`${step}\`](steps.md#${anchor(step)})`;
