import { Command, InvalidArgumentError, Option } from 'commander';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { noTerminal } from '../answer/confirm.ts';
import { example, type Context } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import { askForRunbook } from '../new-runbook/ask.ts';
import { withRunbook } from '../new-runbook/catalogue-source.ts';
import { layoutOf } from '../new-runbook/layout.ts';
import { variableOf, wrongAlertname, wrongCron, wrongId, type Starts } from '../new-runbook/new-runbook.ts';
import { runbookSource } from '../new-runbook/runbook-source.ts';
import { SUBJECT_NAMES, SUBJECTS, type SubjectName } from '../new-runbook/subjects.ts';
import { testSource } from '../new-runbook/test-source.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

interface Options extends OutputOption {
  readonly alert?: string;
  readonly schedule?: string;
  readonly peopleOnly?: true;
  readonly looksAt?: SubjectName;
  readonly owner: string;
}

export const runbookNewCommand = ({ io }: Context): Command =>
  withOutput(new Command('new'))
    .description('write a runbook with its test and add it to runbooks/index.ts; asks for what is not given')
    .argument('[id]', 'lower-case words joined by hyphens', valid(wrongId))
    .addOption(
      new Option('--alert <name>', 'what starts it: the alert of this name')
        .argParser(valid(wrongAlertname))
        .conflicts(['schedule', 'peopleOnly']),
    )
    .addOption(
      new Option('--schedule <cron>', 'or the clock: five fields of crontab, in UTC')
        .argParser(valid(wrongCron))
        .conflicts(['peopleOnly']),
    )
    .option('--people-only', 'or nothing but people')
    .addOption(
      new Option(
        '--looks-at <what>',
        SUBJECT_NAMES.map((name) => `${name}: ${SUBJECTS[name].about}`).join(' '),
      ).choices(SUBJECT_NAMES),
    )
    .option('--owner <role>', 'the role that owns it and is asked', valid(wrongRole), 'oncall')
    .addHelpText(
      'after',
      example(
        'nightshift runbook new',
        'nightshift runbook new queue-grows --alert QueueGrows --looks-at pods',
      ),
    )
    .action(async (named: string | undefined, { owner, looksAt, output, ...options }: Options) => {
      const folder = process.cwd();
      const layout = layoutOf(folder);
      const taken = (id: string) =>
        [layout.runbook(id), layout.test(id)]
          .filter((file) => existsSync(join(folder, file)))
          .map((file) => `there is a ${file} already`)[0];
      const given = { id: named, starts: startsBy(options), looksAt };
      const missing = [
        ...(given.id === undefined ? ['its id'] : []),
        ...(given.starts === undefined ? ['--alert, --schedule or --people-only'] : []),
        ...(given.looksAt === undefined ? ['--looks-at'] : []),
      ];
      if (missing.length > 0 && !(io.interactive && output === 'text'))
        throw noTerminal('asking for what the runbook is to be', `give ${missing.join(', ')}`);
      if (named !== undefined) refuse(taken(named));
      const wanted = { ...(await askForRunbook(given, { io, taken })), owner };

      const { id } = wanted;
      const catalogue = withRunbook(await readFile(join(folder, layout.catalogue), 'utf8'), {
        variable: variableOf(id),
        from: `./${id}.ts`,
      });
      if (catalogue === undefined) {
        throw new CliFailure(
          EXIT.failed,
          `${layout.catalogue} has no list that a runbook can be added to; nothing was written`,
          {
            next: 'write it as "export default [firstRunbook, secondRunbook];", without comments in the list',
          },
        );
      }
      const files = { runbook: layout.runbook(id), test: layout.test(id), catalogue: layout.catalogue };
      await writeNew(join(folder, files.runbook), runbookSource(wanted, layout));
      await writeNew(join(folder, files.test), testSource(wanted, layout));
      await writeFile(join(folder, files.catalogue), catalogue);
      const next = [
        ...(wanted.starts.by === 'schedule'
          ? [`say in ${files.runbook} what each start by the clock looks at: an example stands there`]
          : []),
        `write in ${files.runbook} what follows from what it sees, and in ${files.test} how that ends`,
        'nightshift runbook check',
      ];
      print(io, { output }, { id, ...files, next }, () => [
        `Written: ${files.runbook}`,
        `         ${files.test}`,
        `Added to ${files.catalogue}.`,
        '',
        'Next:',
        ...next.map((line) => `  ${line}`),
      ]);
    });

const startsBy = ({
  alert,
  schedule,
  peopleOnly,
}: Pick<Options, 'alert' | 'schedule' | 'peopleOnly'>): Starts | undefined =>
  alert !== undefined
    ? { by: 'alert', alertname: alert }
    : schedule !== undefined
      ? { by: 'schedule', cron: schedule }
      : peopleOnly
        ? { by: 'people' }
        : undefined;

const wrongRole = (role: string): string | undefined =>
  /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(role) ? undefined : 'write a role like payments-oncall';

function valid(wrong: (text: string) => string | undefined) {
  return (text: string): string => {
    const why = wrong(text);
    if (why === undefined) return text;
    throw new InvalidArgumentError(why);
  };
}

function refuse(why: string | undefined): void {
  if (why !== undefined)
    throw new CliFailure(EXIT.refused, `${why}; nothing was written`, { next: 'give it another id' });
}

async function writeNew(file: string, source: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, source, { flag: 'wx' });
}
