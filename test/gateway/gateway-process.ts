/** The gateway's process as `gateway/main.ts` is, with the tests' catalogue. */
import { runGateway } from '../../gateway/run-gateway.ts';
import catalogue from './catalogue.ts';

await runGateway(catalogue, process.argv.slice(2));
