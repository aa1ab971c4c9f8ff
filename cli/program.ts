import { Command, type CommanderError } from 'commander';
import { artefactCommand } from './commands/artefact.ts';
import { alertCommand } from './commands/alert.ts';
import { cancelCommand, stopCommand } from './commands/cancel-stop.ts';
import { completionCommand } from './commands/completion.ts';
import { answerCommand, approveCommand, moreTimeCommand, rejectCommand } from './commands/decide.ts';
import { delegateCommand, delegationsCommand, takeBackCommand } from './commands/delegate.ts';
import { deployCommand } from './commands/deploy.ts';
import { doctorCommand } from './commands/doctor.ts';
import { freezeCommand, freezesCommand, liftCommand } from './commands/freeze.ts';
import { hostCommand } from './commands/host.ts';
import { initCommand } from './commands/init.ts';
import { labCommand } from './commands/lab.ts';
import { leftCommand } from './commands/left.ts';
import { giveBackCommand, takeOverCommand } from './commands/take-over.ts';
import { remindersCommand } from './commands/reminders.ts';
import { oncallCommand } from './commands/oncall.ts';
import { questionsCommand } from './commands/questions.ts';
import { rbacCommand } from './commands/rbac.ts';
import { recordCommand } from './commands/record.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { runbookCommand } from './commands/runbook.ts';
import { runbooksCommand } from './commands/runbooks.ts';
import { runsCommand } from './commands/runs.ts';
import { schedulesCommand } from './commands/schedules.ts';
import { shadowCommand } from './commands/shadow.ts';
import { showCommand } from './commands/show.ts';
import { startCommand } from './commands/start.ts';
import { tokenCommand } from './commands/token.ts';
import { toldCommand } from './commands/told.ts';
import { triggerCommand } from './commands/trigger.ts';
import { tryCommand } from './commands/try.ts';
import { upCommand } from './commands/up.ts';
import { watchCommand } from './commands/watch.ts';
import type { Context } from './command.ts';
import { exitCodesHelp } from './exit-code.ts';
import { VERSION } from './version.ts';

/** The whole command line. Nothing in it ends the process: errors are thrown, commander's own among them. */
export function createProgram(context: Context): Command {
  const { io } = context;
  const program = new Command('nightshift')
    .description(
      'Runbooks as code: durable workflows that investigate, propose exact changes, wait for a person, carry them out once, and can prove it.',
    )
    .version(VERSION)
    .addHelpText('after', `\n${exitCodesHelp()}\n\nEnvironment:\n${environmentHelp}\n`);
  const groups: readonly (readonly [string, readonly Command[]])[] = [
    ['Here:', [startCommand(context), upCommand(context), labCommand(context), doctorCommand(context)]],
    [
      'Runs:',
      [
        runbooksCommand(context),
        runCommand(context),
        tryCommand(context),
        shadowCommand(context),
        runsCommand(context),
        showCommand(context),
        watchCommand(context),
        schedulesCommand(context),
      ],
    ],
    [
      'Answers:',
      [
        questionsCommand(context),
        approveCommand(context),
        rejectCommand(context),
        moreTimeCommand(context),
        answerCommand(context),
        oncallCommand(context),
        delegateCommand(context),
        delegationsCommand(context),
        takeBackCommand(context),
        remindersCommand(context),
      ],
    ],
    [
      'Stop button:',
      [
        takeOverCommand(context),
        giveBackCommand(context),
        cancelCommand(context),
        stopCommand(context),
        freezeCommand(context),
        freezesCommand(context),
        liftCommand(context),
        leftCommand(context),
      ],
    ],
    [
      'Authors:',
      [initCommand(context), runbookCommand(context), triggerCommand(context), rbacCommand(context)],
    ],
    [
      'Administration:',
      [
        recordCommand(context),
        reportCommand(context),
        artefactCommand(context),
        alertCommand(context),
        toldCommand(context),
        tokenCommand(context),
        deployCommand(context),
        hostCommand(context),
        completionCommand(context, program),
      ],
    ],
  ];
  for (const [group, commands] of groups) {
    for (const command of commands) program.addCommand(command.helpGroup(group));
  }
  return prepare(program, context);

  function prepare(command: Command, c: Context): Command {
    command
      .exitOverride()
      .helpOption('-h, --help', 'how to use it')
      .showSuggestionAfterError(true)
      .configureOutput({
        writeOut: (text) => io.stdout.write(text),
        // Errors are printed once, by main, with what to do next and the exit code.
        writeErr: () => {},
        getOutHelpWidth: () => io.screen().width,
        getErrHelpWidth: () => io.screen().width,
      });
    for (const child of command.commands) prepare(child, c);
    return command;
  }
}

const environmentHelp = [
  '  NIGHTSHIFT_URL, NIGHTSHIFT_TOKEN  the gateway and who you are; else what "nightshift up" left here',
  '  NIGHTSHIFT_HOME                   moves state and cache; else XDG_STATE_HOME and XDG_CACHE_HOME',
  '  NO_COLOR, COLUMNS, TZ             as everywhere',
].join('\n');

/** Asking for help or the version is not an error. */
export const isAskedFor = (error: CommanderError): boolean =>
  error.code === 'commander.helpDisplayed' ||
  error.code === 'commander.version' ||
  error.code === 'commander.help';
