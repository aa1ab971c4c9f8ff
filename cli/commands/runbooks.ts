import { Command } from 'commander';
import type { RunbookView } from '../../gateway/api/runbooks.ts';
import { example, type Context } from '../command.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import { cleanLine } from '../render/clean.ts';
import { field, section } from '../render/headed.ts';
import { wrap } from '../render/layout.ts';
import type { Screen } from '../render/screen.ts';
import { renderTable } from '../render/table.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

export const runbooksCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('runbooks'))
    .description('list the runbooks, or show one with its input and triggers')
    .argument('[runbook]', 'show this one')
    .addHelpText('after', example('nightshift runbooks', 'nightshift runbooks pods-crash-on-one-node'))
    .action(async (id: string | undefined, output: OutputOption) => {
      const client = await api();
      const { runbooks } = await client.runbooks();
      if (id === undefined) return print(io, output, { runbooks }, () => list(runbooks, io.screen()));
      const runbook = runbooks.find((candidate) => candidate.id === id);
      if (!runbook) {
        throw new CliFailure(EXIT.notFound, `there is no runbook "${id}"`, {
          next: '"nightshift runbooks" lists them',
        });
      }
      print(io, output, runbook, () => show(runbook, io.screen()));
    });

const list = (runbooks: readonly RunbookView[], screen: Screen): string[] =>
  runbooks.length === 0
    ? ['No runbooks.']
    : renderTable(
        runbooks,
        [
          { head: 'RUNBOOK', of: (r) => r.id },
          { head: 'OWNER', of: (r) => r.owner },
          {
            head: 'STARTED BY',
            of: (r) =>
              [
                ...r.triggers.map((t) => (r.inShadow ? `${t.alertname} (in shadow)` : t.alertname)),
                ...r.schedules.map((s) => s.when),
              ].join(', ') || 'people only',
            cuts: true,
          },
          { head: 'TITLE', of: (r) => r.title, cuts: true },
        ],
        screen,
      );

function show(runbook: RunbookView, screen: Screen): string[] {
  const { paint, width } = screen;
  return [
    paint.bold(cleanLine(runbook.title)),
    '',
    ...field('runbook', cleanLine(runbook.id), screen),
    ...field('owner', cleanLine(runbook.owner), screen),
    ...field('repeat', runbook.onRepeat, screen),
    ...field('resolved', runbook.whenAlertResolves, screen),
    ...(runbook.inShadow
      ? field(
          'in shadow',
          `its alerts start runs that only try: nightshift shadow report ${cleanLine(runbook.id)}`,
          screen,
        )
      : []),
    ...section(
      'WHAT IT DOES',
      runbook.description ? wrap(cleanLine(runbook.description), { width, first: '  ' }) : [],
      screen,
    ),
    ...section(
      'STARTED BY',
      [
        ...runbook.triggers.map(
          ({ alertname, labels }) =>
            `  alert ${alertname}${Object.entries(labels)
              .map(([k, v]) => ` ${k}=${v}`)
              .join('')}`,
        ),
        ...runbook.schedules.map(({ when, timeZone }) => `  schedule ${when} (${timeZone})`),
      ].map(cleanLine),
      screen,
    ),
    ...section('INPUT', inputFields(runbook.inputSchema), screen),
    ...section(
      'EXAMPLE',
      [`  nightshift run ${cleanLine(runbook.id)}${exampleInput(runbook.inputSchema)}`],
      screen,
    ),
  ];
}

interface JsonSchema {
  readonly properties?: Readonly<
    Record<string, { readonly type?: unknown; readonly description?: unknown; readonly default?: unknown }>
  >;
  readonly required?: readonly string[];
}

function inputFields(schema: JsonSchema): string[] {
  return Object.entries(schema.properties ?? {}).map(([name, { type, description, default: standard }]) => {
    const needed =
      standard !== undefined
        ? `${JSON.stringify(standard)} when left out`
        : schema.required?.includes(name)
          ? 'needed'
          : 'may be left out';
    const what = typeof description === 'string' ? `: ${description}` : '';
    return cleanLine(`  ${name} (${typeof type === 'string' ? type : 'JSON'}, ${needed})${what}`);
  });
}

const exampleInput = (schema: JsonSchema): string =>
  (schema.required ?? [])
    .filter((name) => schema.properties?.[name]?.default === undefined)
    .map((name) => cleanLine(` --set ${name}=...`))
    .join('');
