import { Command, Option } from 'commander';
import type { SshConfig } from '../../activities/hosts/ssh/route.ts';
import { dial, type Connection } from '../../activities/hosts/ssh/connection.ts';
import type { Reached } from '../../activities/hosts/ssh/dial.ts';
import { selfTest, type SelfTest } from '../../activities/hosts/self-test/self-test.ts';
import { StepFailure, type FailureKind } from '../../activities/kit/index.ts';
import { example, type Context } from '../command.ts';
import { configAt } from '../connect/configuration.ts';
import type { Config } from '../../config/index.ts';
import { CliFailure } from '../failure.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { cleanLine } from '../render/clean.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

const ACCESSES = ['read', 'change'] as const;
type Access = (typeof ACCESSES)[number];

interface Options extends OutputOption {
  readonly config?: string;
  readonly as?: Access;
  readonly cluster?: string;
}

interface Looked {
  readonly access: Access;
  /** Empty where nobody was let in. */
  readonly way: readonly Reached[];
  /** Or why there is none. */
  readonly test: SelfTest | StepFailure;
}

/** As it is printed: one of `test` and `failure` is null. */
interface Checked extends Pick<Looked, 'access' | 'way'> {
  readonly test: SelfTest | null;
  readonly failure: string | null;
}

const CONNECT_TIMEOUT_MS = 10_000;

export const hostCheckCommand = ({ io }: Context): Command =>
  withOutput(new Command('check'))
    .description(
      'log in to a host as a worker would, show by what it is believed, and try the program there; changes nothing',
    )
    .argument('<host>', 'as runbooks name it')
    .addOption(
      new Option('--as <access>', 'with the reading or the changing key; both when left out').choices(
        ACCESSES,
      ),
    )
    .option('--cluster <name>', 'a host of this cluster; of the default when left out')
    .option(
      '--config <file>',
      'the configuration to look at; the one here, or of "nightshift up", when left out',
    )
    .addHelpText('after', example('nightshift host check worker-3', 'nightshift host check worker-3 -o json'))
    .action(async (host: string, options: Options) => {
      const hosts = hostsOf(await configAt(io, options.config), options.cluster);
      if (!hosts) {
        throw new CliFailure(EXIT.usage, 'no hosts are configured', {
          next: 'add hosts to nightshift.config.ts; docs/operating.md shows how',
        });
      }
      const { read, change, ...shared } = hosts;
      const looked: Looked[] = [];
      for (const access of options.as ? [options.as] : ACCESSES) {
        const login = { read, change }[access];
        const found = await look(
          { ...shared, ...login, connectTimeoutMs: CONNECT_TIMEOUT_MS, environment: { ...io.env } },
          { host, access, signal: io.interrupted },
        );
        looked.push(found);
        if (found.test instanceof StepFailure && io.interrupted.aborted) break;
      }
      const checked = looked.map(forPrint);
      print(io, options, { host, checked }, () => checked.flatMap(render));
      for (const { access, test } of looked) if (test instanceof StepFailure) throw asFailure(test, access);
      const problems = checked.flatMap(({ test }) => test?.problems ?? []);
      if (problems.length > 0)
        throw new CliFailure(EXIT.failed, `${host}: ${problems.join('; ')}`, {
          next: `put that right, or install it again: nightshift host install ${host}`,
        });
    });

async function look(config: SshConfig, asked: Parameters<typeof selfTest>[1]): Promise<Looked> {
  const { host, access } = asked;
  let connection: Connection | undefined;
  try {
    connection = await dial(config, host);
    return { access, way: connection.way, test: await selfTest(connection, asked) };
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    return { access, way: connection?.way ?? [], test: error };
  } finally {
    connection?.client.end();
  }
}

const forPrint = ({ test, ...found }: Looked): Checked =>
  test instanceof StepFailure
    ? { ...found, test: null, failure: test.message }
    : { ...found, test, failure: null };

function hostsOf(config: Config | undefined, cluster: string | undefined): Config['hosts'] {
  if (cluster === undefined) return config?.hosts;
  const names = config?.clusters.map(({ name }) => name) ?? [];
  if (!names.includes(cluster))
    throw new CliFailure(EXIT.usage, `no cluster is called "${cluster}"`, {
      next: config
        ? `there is ${names.join(', ') || 'none'}; add it to clusters in the configuration`
        : 'no configuration was found here: pass --config FILE',
    });
  return config?.clusters.find(({ name }) => name === cluster)?.hosts;
}

const EXIT_OF: Readonly<Record<FailureKind, ExitCode>> = {
  retryable: EXIT.unreachable,
  conflict: EXIT.refused,
  refused: EXIT.refused,
  invalid: EXIT.usage,
  'unknown-outcome': EXIT.failed,
};

const keyOf = (access: Access): string => `the ${access === 'read' ? 'reading' : 'changing'} key`;

const asFailure = (failure: StepFailure, access: Access): CliFailure =>
  new CliFailure(EXIT_OF[failure.kind], `with ${keyOf(access)}: ${failure.message}`, {
    cause: failure,
    ...(failure.next === undefined ? {} : { next: failure.next }),
  });

function render({ access, way, test, failure }: Checked): string[] {
  return [
    `With ${keyOf(access)}:`,
    ...way.flatMap(({ host, address, port, user, verified, identity }, index) => {
      const { hostKey, type, by, certificate } = verified;
      const last = index === way.length - 1;
      return [
        `  ${last ? '' : 'through '}${user}@${host}${address === host ? '' : ` (${address})`}, port ${port}`,
        certificate
          ? `    believed by its certificate "${certificate.id}" (serial ${certificate.serial}, ${certificate.validBefore ? `until ${certificate.validBefore}` : 'without end'}), signed by the authority of ${by}`
          : `    believed by its key, ${by}`,
        `    its key: ${type} ${hostKey}`,
        `    logged in with ${identity.from}, ${identity.fingerprint}${identity.certificate === null ? '' : `, under the certificate "${identity.certificate}"`}`,
      ];
    }),
    ...(failure === null ? [] : [`  ${failure}`]),
    ...(test ? renderTest(test) : []),
  ].map(cleanLine);
}

const renderTest = ({ clockAheadMs, missing, problems }: SelfTest): string[] => [
  `  the program there answers; its clock ${clockAheadMs === 0 ? 'agrees' : `is ${Math.abs(clockAheadMs)} ms ${clockAheadMs > 0 ? 'ahead' : 'behind'}`}`,
  ...(missing.length > 0 ? [`  missing there, so that steps which need it fail: ${missing.join(', ')}`] : []),
  ...problems.map((problem) => `  ${problem}`),
];
