/** What the runbooks and steps at hand make of a deployment's runs: `nightshift deploy check` starts it. */
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ConfigError, loadConfig, loadRunbooks } from '../config/index.ts';
import shipped from '../runbooks/index.ts';
import { withOwnSteps } from './own-steps.ts';
import { stepContracts } from './step-contracts.ts';
import { runCheckProgram, type CheckProgram } from './versions/check-program.ts';

const { values } = parseArgs({ options: { config: { type: 'string' } } });
try {
  await runCheckProgram(await atHand(values.config));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.exitCode = 1;
  process.stderr.write(`${error.message}\n`);
  process.disconnect();
}

/** Runbooks and steps as the configuration names them; those that nightshift brings without one. */
async function atHand(configFile: string | undefined): Promise<CheckProgram> {
  const { runbooks, steps } = configFile === undefined ? {} : await loadConfig(configFile);
  const known = await withOwnSteps(
    stepContracts.map((contract) => ({ contract })),
    { module: steps, role: 'workflows' },
  );
  return {
    runbooks: runbooks === undefined ? shipped : await loadRunbooks(runbooks),
    contracts: known.map(({ contract }) => contract),
    catalogue: runbooks === undefined ? undefined : pathToFileURL(runbooks),
  };
}
