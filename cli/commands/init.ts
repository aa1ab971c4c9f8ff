import { Command } from 'commander';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { example, type Context } from '../command.ts';
import { obtainArchive } from '../init/archive.ts';
import { assertEmpty } from '../init/empty-folder.ts';
import { manifestFor } from '../init/manifest.ts';
import { ownPackage } from '../init/own-package.ts';
import { writeTemplate } from '../init/write-template.ts';
import { cleanLine } from '../render/clean.ts';
import { createProgress } from '../terminal/progress.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

export const initCommand = ({ io }: Context): Command =>
  withOutput(new Command('init'))
    .description("make a team's own repository of runbooks: a runbook, a step of its own, their tests, CI")
    .argument('[folder]', 'an empty one, or a new one', '.')
    .option(
      '--package <archive-or-version>',
      'the nightshift that it depends on: what "npm pack" made, or a version of your registry; this one when left out',
    )
    .addHelpText('after', example('nightshift init our-runbooks', 'nightshift init our-runbooks -o json'))
    .action(async (named: string, options: OutputOption & { readonly package?: string }) => {
      const folder = resolve(named);
      await assertEmpty(folder);
      const own = ownPackage();
      const progress = createProgress({ ...io, stdout: io.stderr, redraws: false });
      const archive = await (options.package === undefined
        ? progress.stage('pack nightshift', () => obtainArchive(own, undefined))
        : obtainArchive(own, options.package));
      try {
        await mkdir(folder, { recursive: true });
        const manifest = manifestFor(folder, { own, nightshift: archive.dependency });
        await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`, {
          flag: 'wx',
        });
        const files = [
          'package.json',
          ...(await writeTemplate(folder)),
          ...(await archive.putInto(folder)),
        ].sort();
        const there = relative(process.cwd(), folder);
        const next = [
          ...(there === '' ? [] : [`cd ${quoted(there.startsWith('..') ? folder : there)}`]),
          'npm install',
          'npm run verify',
          'npx nightshift runbook new',
        ];
        print(io, options, { folder, nightshift: archive.dependency, files, next }, () => [
          cleanLine(`A repository of runbooks is in ${folder}:`),
          ...files.map((file) => `  ${file}`),
          '',
          'Next:',
          ...next.map((line) => cleanLine(`  ${line}`)),
        ]);
      } finally {
        await archive.dispose();
      }
    });

/** For a shell, where it needs to be. */
const quoted = (path: string): string =>
  /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
