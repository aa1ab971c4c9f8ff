/** The gateway's process: `node gateway/main.ts [--config PATH] [--log-level LEVEL]`. */
import runbooks from '../runbooks/index.ts';
import { runGateway } from './run-gateway.ts';

await runGateway(runbooks, process.argv.slice(2));
