import { Command } from 'commander';
import { example, type Context } from '../command.ts';
import { configAt } from '../connect/configuration.ts';
import { gateway } from '../doctor/deployment.ts';
import { checked, type Finding } from '../doctor/finding.ts';
import { clusters, hostKeys } from '../doctor/outside.ts';
import { people } from '../doctor/people.ts';
import { binaries, laboratory, nodeVersion, ports, stateDirectory } from '../doctor/this-machine.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import { cleanLine } from '../render/clean.ts';
import { padEnd, wrap } from '../render/layout.ts';
import type { Screen } from '../render/screen.ts';
import type { Io } from '../terminal/io.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

export const doctorCommand = ({ io }: Context): Command =>
  withOutput(new Command('doctor'))
    .description('look at everything that nightshift needs, and say how to fix what is wrong')
    .option(
      '--config <file>',
      'the configuration to look at; the one here, or of "nightshift up", when left out',
    )
    .addHelpText('after', example('nightshift doctor'))
    .action(async ({ config, output }: OutputOption & { config?: string }) => {
      const findings = await examine(io, config);
      print(io, { output }, { findings }, () => findings.flatMap((finding) => render(finding, io.screen())));
      const wrong = findings.filter((f) => f.status === 'fail').length;
      if (wrong > 0)
        throw new CliFailure(EXIT.failed, `${wrong} of ${findings.length} checks failed`, {
          next: 'the lines with ✘ say what to do',
        });
    });

async function examine(io: Io, asked: string | undefined): Promise<readonly Finding[]> {
  const env = { ...io.env };
  const configuration = checked('configuration', async () => {
    const config = await configAt(io, asked);
    if (!config) return [];
    return [
      ...(await checked('cluster', () => clusters(config, env))),
      ...(await checked('SSH', () => hostKeys(config))),
      ...(await checked('people', () => people(config))),
    ];
  });
  const parts = await Promise.all([
    checked('Node.js', async () => nodeVersion()),
    checked('state', () => stateDirectory(env)),
    checked('gateway', () => gateway(io)),
    configuration,
    checked('ports', () => ports(env)),
    checked('lab', async () => laboratory()),
    checked('programs', () => binaries(env)),
  ]);
  return parts.flat();
}

function render({ check, status, detail, fix }: Finding, screen: Screen): string[] {
  const { paint, width } = screen;
  const sign = { ok: paint.green('✔'), warn: paint.yellow('!'), fail: paint.red('✘') }[status];
  const first = `${sign} ${padEnd(check, 24)} `;
  return [
    ...wrap(
      cleanLine(detail),
      width < 60 ? { width, first: `${sign} ${check}: `, rest: '  ' } : { width, first },
    ),
    ...(fix && status !== 'ok'
      ? wrap(fix, { width, first: `    ${status === 'fail' ? 'fix' : 'note'}: ` })
      : []),
  ];
}
