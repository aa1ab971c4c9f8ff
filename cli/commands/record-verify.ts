import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { directories } from '../../embedded/paths.ts';
import { keyPairFromPem } from '../../ledger/keys.ts';
import { verifyLog, verifyRecord, type LogSummary, type RecordSummary } from '../../ledger/record/verify.ts';
import { example, type Context } from '../command.ts';
import { readLocal } from '../connect/local-gateway.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import { cleanLine } from '../render/clean.ts';
import { field } from '../render/headed.ts';
import type { Screen } from '../render/screen.ts';
import type { Io } from '../terminal/io.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';
import { parseJson, readSource } from '../terminal/run-input.ts';

interface Options extends OutputOption {
  readonly key?: string;
  readonly witness?: string;
  readonly allowUnsealed?: true;
}

export const verifyCommand = ({ io }: Context): Command =>
  withOutput(new Command('verify'))
    .description(
      'check an exported record, offline: nothing but the file, the key and the witness is looked at',
    )
    .argument('<file>', 'what "record export" wrote, or - for standard input')
    .option('--key <file>', 'the sealer’s public key (PEM); the one of "nightshift up" here when left out')
    .option(
      '--witness <file>',
      'the checkpoints that the witness holds; those of "nightshift up" when left out',
    )
    .option('--allow-unsealed', 'a run that has not ended: an entry left out at its end would not show')
    .addHelpText(
      'after',
      example('nightshift record verify record.json --key sealer.pub --witness checkpoints.txt'),
    )
    .action(async (file: string, options: Options) => {
      const bundle = parseJson(await readSource(file, io), file);
      const material = await against(io, options);
      const verified = isLog(bundle)
        ? verifyLog({ log: bundle, ...material })
        : verifyRecord({ bundle, ...material, unsealed: options.allowUnsealed ? 'allow' : 'refuse' });
      if (!verified.ok) {
        throw new CliFailure(EXIT.recordDoesNotVerify, `${file} does not verify: ${verified.message}`, {
          next: 'export it again; if it fails again, keep the file and the witness, and ask who could write to the database',
        });
      }
      const { summary } = verified;
      print(io, options, { verified: true, ...summary }, () => render(summary, io.screen()));
    });

const isLog = (bundle: unknown): boolean =>
  typeof bundle === 'object' &&
  bundle !== null &&
  'format' in bundle &&
  bundle.format === 'nightshift/log/v1';

async function against(
  io: Io,
  { key, witness }: Options,
): Promise<{ publicKeyPem: string; witnessed: string }> {
  if (key !== undefined && witness !== undefined) {
    return { publicKeyPem: await readSource(key, io), witnessed: await readSource(witness, io) };
  }
  const local = await readLocal(directories(io.env).state);
  if (!local) {
    const missing = key === undefined ? '--key' : '--witness';
    throw new CliFailure(
      EXIT.usage,
      `${missing} is missing, and no "nightshift up" ran here to take it from`,
      {
        next: 'pass --key PUBLIC.pem (the sealer’s) and --witness FILE (its checkpoints), from somewhere that the database’s administrator cannot write to',
      },
    );
  }
  return {
    publicKeyPem: key !== undefined ? await readSource(key, io) : await localKey(local.keysDir),
    witnessed: await readSource(witness ?? local.witness, io),
  };
}

async function localKey(keysDir: string): Promise<string> {
  const pem = await readFile(join(keysDir, 'sealer.pem'), 'utf8');
  return keyPairFromPem(pem).publicKeyPem;
}

function render(summary: RecordSummary | LogSummary, screen: Screen): string[] {
  const { paint } = screen;
  const run = 'workflowId' in summary ? summary : undefined;
  return [
    paint.green(
      run
        ? `✔ The record verifies: no entry before the witnessed checkpoint was changed or added${run.sealed ? ', and none up to its seal was left out' : ''}.`
        : '✔ The log verifies: nothing before the witnessed checkpoint was changed, added or left out.',
    ),
    ...(run ? field('run', cleanLine(run.workflowId), screen) : []),
    ...(run?.outcome ? field('outcome', cleanLine(run.outcome), screen) : []),
    ...field(
      'entries',
      run ? `${run.entries} of a log of ${run.logSize}` : String((summary as LogSummary).size),
      screen,
    ),
    ...(run ? field('sealed', sealed(run), screen) : []),
    ...(run?.witnessed ? field('witness', witnessed(run.witnessed), screen) : []),
    ...field('key', summary.keyId, screen),
  ];
}

const sealed = ({ sealed, afterSeal }: RecordSummary): string =>
  sealed
    ? `yes${afterSeal > 0 ? `, and ${afterSeal} entries after its end` : ''}`
    : 'no: the run has not ended';

const witnessed = ({ size, younger }: NonNullable<RecordSummary['witnessed']>): string =>
  `held against its checkpoint of ${size} entries${younger > 0 ? `; ${younger} of the run are younger than that and not yet covered` : ''}`;
