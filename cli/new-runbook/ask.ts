import { isCancel, select, text } from '@clack/prompts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import type { Io } from '../terminal/io.ts';
import { wrongAlertname, wrongCron, wrongId, type NewRunbook, type Starts } from './new-runbook.ts';
import { SUBJECT_NAMES, SUBJECTS } from './subjects.ts';

type Asked = Pick<NewRunbook, 'id' | 'starts' | 'looksAt'>;
type Given = { readonly [K in keyof Asked]: Asked[K] | undefined };

/** Asks the person at the terminal for what was not given on the command line. Throws a CliFailure on Ctrl-C. */
export async function askForRunbook(
  given: Given,
  { io, taken }: { readonly io: Io; readonly taken: (id: string) => string | undefined },
): Promise<Asked> {
  const streams = { input: io.stdin, output: io.stdout, signal: io.interrupted };
  const id =
    given.id ??
    answered(
      await text({
        ...streams,
        message: 'Its id: lower-case words joined by hyphens, like queue-grows',
        validate: (typed) => wrongId(typed ?? '') ?? taken(typed ?? ''),
      }),
    );
  const starts = given.starts ?? (await askWhatStarts(streams));
  const looksAt =
    given.looksAt ??
    answered(
      await select({
        ...streams,
        message: 'What does it look at first?',
        options: SUBJECT_NAMES.map((value) => ({ value, label: value, hint: SUBJECTS[value].about })),
      }),
    );
  return { id, starts, looksAt };
}

interface Streams {
  readonly input: Io['stdin'];
  readonly output: Io['stdout'];
  readonly signal: AbortSignal;
}

async function askWhatStarts(streams: Streams): Promise<Starts> {
  const by = answered(
    await select<Starts['by']>({
      ...streams,
      message: 'What starts it?',
      options: [
        { value: 'alert', label: 'an alert' },
        { value: 'schedule', label: 'the clock' },
        { value: 'people', label: 'people only' },
      ],
    }),
  );
  if (by === 'people') return { by };
  const ask = async (message: string, wrong: (typed: string) => string | undefined) =>
    answered(await text({ ...streams, message, validate: (typed) => wrong(typed ?? '') }));
  return by === 'alert'
    ? { by, alertname: await ask('The name of the alert, like QueueGrows', wrongAlertname) }
    : { by, cron: await ask('When, as crontab has it, in UTC: 0 6 * * mon-fri', wrongCron) };
}

function answered<T>(answer: T): Exclude<T, symbol> {
  if (!isCancel(answer)) return answer as Exclude<T, symbol>;
  throw new CliFailure(EXIT.interrupted, 'no runbook was written');
}
