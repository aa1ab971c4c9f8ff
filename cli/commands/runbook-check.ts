import { Command } from 'commander';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { checkDefinitions } from '../author/check-definitions.ts';
import { checkSource } from '../author/check-source.ts';
import { loadCatalogue } from '../author/load-catalogue.ts';
import { example, type Context } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import { cleanLine } from '../render/clean.ts';
import { count } from '../render/plan.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

interface Finding {
  readonly file: string;
  readonly line: number;
  readonly severity: 'error' | 'hint';
  readonly rule: string;
  readonly message: string;
  readonly remedy: string;
}

export const runbookCheckCommand = ({ io }: Context): Command =>
  withOutput(new Command('check'))
    .description(
      'look for what is wrong with the runbooks as they are written here: exit code 0 for nothing but hints',
    )
    .option('--runbooks <file>', 'the module that exports the runbooks; runbooks/index.ts when left out')
    .addHelpText('after', example('nightshift runbook check', 'nightshift runbook check -o json'))
    .action(async ({ runbooks: named, ...output }: OutputOption & { readonly runbooks?: string }) => {
      const { file, runbooks } = await loadCatalogue(named);
      const findings: Finding[] = [
        ...checkSource(file).map((found) => ({ ...found, severity: 'error' as const })),
        ...checkDefinitions(runbooks).map(({ runbook, ...found }) => ({
          ...found,
          ...placeOf(runbook, file),
        })),
      ].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
      print(io, output, { runbooks: runbooks.length, findings }, () => [
        ...findings.flatMap(({ file: where, line, severity, rule, message, remedy }) => [
          cleanLine(`${where}:${line} ${severity}: ${message} (${rule})`),
          cleanLine(`  ${remedy}`),
        ]),
        `${count(runbooks.length, 'runbook')}, ${count(findings.length, 'finding')}.`,
      ]);
      const errors = findings.filter((found) => found.severity === 'error').length;
      if (errors > 0)
        throw new CliFailure(
          EXIT.failed,
          `${count(errors, 'finding')} must be mended before these runbooks are deployed`,
        );
    });

/** Where a runbook's id is written; the catalogue itself where that is not found. */
function placeOf(id: string, catalogue: string): Pick<Finding, 'file' | 'line'> {
  const folder = dirname(catalogue);
  const written = new RegExp(`\\bid:\\s*['"\`]${id}['"\`]`);
  for (const name of globSync('**/*.ts', { cwd: folder })) {
    const lines = readFileSync(join(folder, name), 'utf8').split('\n');
    const line = lines.findIndex((text) => written.test(text));
    if (line >= 0) return { file: relative(process.cwd(), join(folder, name)), line: line + 1 };
  }
  return { file: relative(process.cwd(), catalogue), line: 1 };
}
