/** What the runbooks and steps at hand make of a deployment's runs: `nightshift deploy check` starts it. */
import runbooks from '../runbooks/index.ts';
import { stepContracts as contracts } from './step-contracts.ts';
import { runCheckProgram } from './versions/check-program.ts';

await runCheckProgram({ runbooks, contracts });
