import type { Layout } from './layout.ts';
import { variableOf, type NewRunbook } from './new-runbook.ts';
import { SUBJECTS, type Subject } from './subjects.ts';

/** The source of the test of a runbook that was just written. */
export function testSource(
  wanted: NewRunbook,
  { imports, tests }: Pick<Layout, 'imports' | 'tests'>,
): string {
  const subject: Subject = SUBJECTS[wanted.looksAt];
  const runbook = variableOf(wanted.id);
  const isJest = tests === 'jest';
  const step = `${subject.system}.${subject.step}`;
  const start = `stage.run(${runbook}, { ${example(subject)} })`;
  const raised =
    wanted.starts.by === 'alert'
      ? `stage.alert({ alertname: '${wanted.starts.alertname}', labels: { ${example(subject)} } })`
      : start;
  const seen = [
    `const seen = (verdict: 'pass' | 'fail') => ({`,
    '  verdict,',
    '  reason: `looked, and it is a ${verdict}`,',
    ...(subject.more ? [`  ...{ ${subject.more} },`] : []),
    '});',
  ];
  const handsOver = [
    `${isJest ? 'const handsOver' : 'const scenario'}: Scenario = async (stage) => {`,
    `  stage.answer(${step}, seen('fail'));`,
    `  const run = await ${raised};`,
    '  run',
    `    .ended('handed-over')`,
    '    .found(/it is a fail/)',
    '    .changedNothing()',
    '    .askedNobody();',
    '};',
  ];
  if (!isJest) {
    const from = `../../../runbooks/${wanted.id}.ts`;
    return lines(
      `import { ${subject.system} } from '${imports[subject.system].test}';`,
      ...(raised === start ? [`import ${runbook} from '${from}';`] : []),
      `import type { Scenario } from '${imports.testing.test}';`,
      '',
      ...seen,
      '',
      ...handsOver,
      'export default scenario;',
    );
  }
  const from = `../../runbooks/${wanted.id}.ts`;
  return lines(
    `import { test } from '@jest/globals';`,
    `import { ${subject.system} } from '${imports[subject.system].test}';`,
    `import { runbookTests, type Scenario } from '${imports.testing.test}';`,
    `import ${runbook} from '${from}';`,
    '',
    `const { play, everyCrash } = runbookTests(new URL('${from}', import.meta.url));`,
    ...seen,
    '',
    ...handsOver,
    '',
    `test('what it finds is handed over to people', play(handsOver));`,
    `test('and whenever a worker dies', everyCrash(handsOver), 300_000);`,
    '',
    'test(',
    `  'where all is well it ends',`,
    '  play(async (stage) => {',
    `    stage.answer(${step}, seen('pass'));`,
    `    const run = await ${start};`,
    `    run.ended('completed').returned('it is well').changedNothing();`,
    '  }),',
    ');',
  );
}

const example = ({ input }: Subject): string =>
  Object.entries(input)
    .map(([field, value]) => `${field}: '${value}'`)
    .join(', ');

const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`;
