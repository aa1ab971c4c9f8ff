import type { Layout } from './layout.ts';
import { titleOf, type NewRunbook } from './new-runbook.ts';
import { SUBJECTS, type Subject } from './subjects.ts';

/** The source of a runbook that looks, and hands over what it found. It changes nothing: that is for its author to add. */
export function runbookSource(wanted: NewRunbook, { imports }: Pick<Layout, 'imports'>): string {
  const { id, owner, starts } = wanted;
  const subject: Subject = SUBJECTS[wanted.looksAt];
  const fields = Object.keys(subject.input);
  const trigger = { alert: ['onAlert'], schedule: ['onSchedule'], people: [] }[starts.by];
  return [
    `import { ${['defineRunbook', 'finding', 'handOver', ...trigger].join(', ')} } from '${imports.nightshift.runbook}';`,
    `import { ${subject.system} } from '${imports[subject.system].runbook}';`,
    `import { z } from 'zod';`,
    '',
    'export default defineRunbook({',
    `  id: '${id}',`,
    `  title: '${titleOf(id)}',`,
    `  owner: '${owner}',`,
    `  description: 'Looks at ${subject.about.replace(/:.*/, '')} and hands over what it found. Changes nothing.',`,
    `  input: z.object({ ${fields.map((field) => `${field}: z.string().min(1)`).join(', ')} }),`,
    ...triggersOf(wanted, subject),
    '',
    `  async run({ ${fields.join(', ')} }) {`,
    `    const seen = await ${subject.system}.${subject.step}(${subject.call});`,
    '    finding(seen.reason, { evidence: seen });',
    `    if (seen.verdict === 'pass') return 'it is well';`,
    '',
    '    // From here on it is yours: narrow it down, propose exact changes, ask, carry them out, check that it helped.',
    '    return handOver(seen.reason, { seen });',
    '  },',
    '});',
    '',
  ].join('\n');
}

function triggersOf({ starts }: NewRunbook, { input }: Subject): readonly string[] {
  if (starts.by === 'people') return [];
  const [opening, fields] =
    starts.by === 'alert'
      ? [
          `onAlert({ alertname: '${starts.alertname}' }, ({ labels }) => ({`,
          Object.keys(input).map((field) => `${field}: labels.${field} ?? ''`),
        ]
      : [
          `onSchedule({ cron: '${starts.cron}', timeZone: 'UTC' }, () => ({`,
          Object.entries(input).map(([field, example]) => `${field}: '${example}'`),
        ];
  return ['  triggers: [', `    ${opening}`, ...fields.map((field) => `      ${field},`), '    })),', '  ],'];
}
