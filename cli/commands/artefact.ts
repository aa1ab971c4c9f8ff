import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { ArtefactRef } from '../../activities/kit/index.ts';
import { example, type Context } from '../command.ts';
import { findRun } from '../connect/resolve-run.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import { renderTable } from '../render/table.ts';
import { clock } from '../render/time.ts';
import { printLines } from '../terminal/io.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

export const artefactCommand = (context: Context): Command =>
  new Command('artefact')
    .description(
      'large outputs that were kept of a run: profiles, long answers, what a debug container wrote',
    )
    .addCommand(list(context))
    .addCommand(get(context));

const list = (context: Context): Command =>
  withOutput(new Command('ls'))
    .description('what was kept of a run')
    .argument('<run>', 'its id or a part of it')
    .addHelpText('after', example('nightshift artefact ls pods-crash'))
    .action(async (named: string, output: OutputOption) => {
      const { kept } = await keptOf(context, named);
      print(context.io, output, { artefacts: kept }, () => {
        if (kept.length === 0) return ['Nothing was kept of this run.'];
        const screen = context.io.screen();
        return renderTable(
          kept,
          [
            { head: 'KEPT', of: ({ keptAt }) => clock(keptAt, screen) },
            { head: 'NAME', of: ({ name }) => name },
            { head: 'BYTES', of: ({ bytes }) => String(bytes) },
            { head: 'TYPE', of: ({ mediaType }) => mediaType, cuts: true },
            { head: 'SHA-256', of: ({ sha256 }) => sha256.slice(0, 12) },
          ],
          screen,
        );
      });
    });

const get = (context: Context): Command =>
  new Command('get')
    .description('write one to a file, when its bytes have the hash that the record names')
    .argument('<run>', 'its id or a part of it')
    .argument('[artefact]', 'its name, or the beginning of its hash; may be left out when there is only one')
    .option('--to <file>', 'its own name, in this folder, when left out; no file is overwritten')
    .addHelpText(
      'after',
      example(
        'nightshift artefact get pods-crash',
        'nightshift artefact get pods-crash cpu.svg --to /tmp/cpu.svg',
      ),
    )
    .action(async (named: string, wanted: string | undefined, { to }: { to?: string }) => {
      const { kept, content } = await keptOf(context, named);
      const chosen = choose(kept, wanted);
      const bytes = await content(chosen.sha256);
      const found = createHash('sha256').update(bytes).digest('hex');
      if (found !== chosen.sha256) {
        throw new CliFailure(
          EXIT.recordDoesNotVerify,
          `${chosen.name} is not what was kept: its hash is ${found}`,
          {
            next: 'Compare the hash in the record (nightshift record show), and ask who can write to the database.',
          },
        );
      }
      const file = to ?? chosen.name;
      await writeFile(file, bytes, { flag: 'wx', mode: 0o600 }).catch((cause: unknown) => {
        if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
        throw new CliFailure(EXIT.usage, `${file} is there already`, { next: 'name another file with --to' });
      });
      printLines(context.io, [`Wrote ${file}: ${bytes.length} bytes, SHA-256 ${chosen.sha256}`]);
    });

async function keptOf({ api }: Context, named: string) {
  const client = await api();
  const { run } = await findRun(client, named);
  const { artefacts: kept } = await client.artefacts(run.workflowId);
  return { kept, content: (sha256: string) => client.artefact(run.workflowId, sha256) };
}

function choose<T extends ArtefactRef>(kept: readonly T[], wanted: string | undefined): T {
  const fit = kept.filter(
    ({ name, sha256 }) =>
      wanted === undefined || name === wanted || (wanted.length >= 6 && sha256.startsWith(wanted)),
  );
  if (fit.length === 1) return fit[0]!;
  const names = kept.map(({ name, sha256 }) => `${name} (${sha256.slice(0, 12)})`).join(', ');
  if (kept.length === 0) throw new CliFailure(EXIT.notFound, 'nothing was kept of this run');
  const which = wanted === undefined ? 'this run has several artefacts' : `no one artefact is "${wanted}"`;
  throw new CliFailure(fit.length > 1 ? EXIT.usage : EXIT.notFound, which, { next: `name one of ${names}` });
}
