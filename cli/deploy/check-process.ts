/** The program that knows the runbooks to deploy: it is told facts of the deployment and says what it makes of each. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { configHere, findConfig } from '../../config/index.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';

const Broken = z.object({ event: z.number().optional(), at: z.string().optional(), why: z.string() });
export type Broken = z.output<typeof Broken>;

const VERDICTS = {
  history: z.object({ broken: Broken.optional() }),
  waiting: z.object({ problem: z.string().optional() }),
  contracts: z.object({ changes: z.array(z.object({ step: z.string(), what: z.string() })) }),
};
type Verdicts = typeof VERDICTS;

/** Facts as the gateway tells them. */
interface Facts {
  readonly history: { readonly workflowId: string; readonly history: unknown };
  readonly waiting: { readonly runbook: string; readonly input: unknown };
  readonly contracts: { readonly contracts: unknown };
}

export interface CheckProcess {
  /** The version that the runbooks at hand would be. */
  readonly version: string;
  /** One fact at a time. */
  verdict<K extends keyof Facts>(kind: K, fact: Facts[K]): Promise<z.output<Verdicts[K]>>;
  close(): Promise<void>;
}

/** `worker/check` beside us, source beside source, compiled beside compiled. */
const CHECK = fileURLToPath(new URL(`../../worker/check${extname(import.meta.url)}`, import.meta.url));

/** What is named on the command line; without it the configuration of this folder, where there is one. */
export const checkedBy = ({
  program,
  config,
}: {
  program?: string | undefined;
  config?: string | undefined;
}) => ({
  program: program && resolve(program),
  config: config !== undefined || process.env['NIGHTSHIFT_CONFIG'] ? findConfig(config) : configHere(),
});

/**
 * `config` names runbooks and steps of one's own; a `program` knows its own and is told nothing. Throws a CliFailure when
 * the runbooks cannot be bundled, or the program ends early.
 */
export async function startCheckProcess({
  program,
  config,
}: {
  readonly program?: string | undefined;
  readonly config?: string | undefined;
} = {}): Promise<CheckProcess> {
  const args = program === undefined && config !== undefined ? ['--config', config] : [];
  const child = fork(program ?? CHECK, args, {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4_000)));
  // Not `close`: Node does not say it of a child whose channel was let go of.
  const exited = once(child, 'exit');
  const endedEarly = exited.then(() => {
    const why = said.trim() || 'the check ended by itself';
    throw new CliFailure(EXIT.failed, `the runbooks at hand cannot be checked: ${why}`, {
      next: 'run "npx tsc --noEmit" in their repository',
    });
  });
  endedEarly.catch(() => undefined);
  const next = async (): Promise<unknown> => {
    const [message] = (await Promise.race([once(child, 'message'), endedEarly])) as [unknown];
    return message;
  };
  const { bundle } = z.object({ bundle: z.string() }).parse(await next());
  return {
    version: bundle,
    async verdict(kind, fact) {
      const verdict = next();
      child.send({ kind, ...fact });
      return VERDICTS[kind].parse(await verdict) as never;
    },
    async close() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
