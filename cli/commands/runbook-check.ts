import { Command } from 'commander';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { authorProgram } from '../author/author-program.ts';
import { checkDefinitions } from '../author/check-definitions.ts';
import { checkLint, SAID_BY_SOURCE, type LintCheck } from '../author/check-lint.ts';
import { checkPolicy } from '../author/check-policy.ts';
import { checkSource } from '../author/check-source.ts';
import { loadCatalogue } from '../author/load-catalogue.ts';
import { example, type Context } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import { cleanLine } from '../render/clean.ts';
import { count } from '../render/plan.ts';
import { renderPolicyCheck } from '../render/policy-check.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

interface Finding {
  readonly file: string;
  readonly line: number;
  readonly severity: 'error' | 'hint';
  readonly rule: string;
  readonly message: string;
  readonly remedy: string;
}

interface Options extends OutputOption {
  readonly runbooks?: string;
  readonly config?: string;
}

export const runbookCheckCommand = ({ io }: Context): Command =>
  withOutput(new Command('check'))
    .description(
      'look for what is wrong with the runbooks as they are written here, and ask the policy about their changes: exit code 0 for nothing but hints',
    )
    .option('--runbooks <file>', 'the module that exports the runbooks; runbooks/index.ts when left out')
    .option(
      '--config <file>',
      'the configuration whose policy is asked; the one of this folder when left out',
    )
    .addHelpText('after', example('nightshift runbook check', 'nightshift runbook check -o json'))
    .action(async ({ runbooks: named, config, ...output }: Options) => {
      const { file, runbooks } = await loadCatalogue(named);
      const author = authorProgram(file);
      const linting = checkLint(
        file,
        author.sources.map((source) => source.fileName),
      );
      const [lint, { policy, findings: refused }] = await Promise.all([
        linting,
        checkPolicy(config, { author, runbooks }),
      ]);
      const source = checkSource(author).map((found) => ({ ...found, severity: 'error' as const }));
      const findings: Finding[] = [
        ...source,
        ...saidByLintOnly(lint, source),
        ...[...checkDefinitions(runbooks), ...refused].map(({ runbook, ...found }) => ({
          ...found,
          ...placeOf(runbook, file),
        })),
      ].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
      const asked = 'notAsked' in lint ? lint : { findings: lint.findings.length };
      print(io, output, { runbooks: runbooks.length, findings, lint: asked, policy }, () => [
        ...findings.flatMap(({ file: where, line, severity, rule, message, remedy }) => [
          cleanLine(`${where}:${line} ${severity}: ${message} (${rule})`),
          cleanLine(`  ${remedy}`),
        ]),
        ...('steps' in policy && policy.steps.length ? renderPolicyCheck(policy.steps, io.screen()) : []),
        ...('notAsked' in lint ? [`Not linted: ${lint.notAsked}`] : []),
        ...('notAsked' in policy ? [`The policy was not asked: ${policy.notAsked}`] : []),
        `${count(runbooks.length, 'runbook')}, ${count(findings.length, 'finding')}.`,
      ]);
      const errors = findings.filter((found) => found.severity === 'error').length;
      if (errors > 0)
        throw new CliFailure(
          EXIT.failed,
          `${count(errors, 'finding')} must be mended before these runbooks are deployed`,
        );
    });

const saidByLintOnly = (lint: LintCheck, source: readonly Finding[]): readonly Finding[] =>
  'notAsked' in lint
    ? []
    : lint.findings.filter(
        ({ file, line, rule }) =>
          !source.some((s) => s.file === file && s.line === line && s.rule === SAID_BY_SOURCE[rule]),
      );

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
