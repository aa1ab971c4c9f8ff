/** The worker's process: `node worker/main.ts [--config PATH] [--role both|workflows|changes] [--make-current]`. */
import { runWorker } from './run-worker.ts';

await runWorker(process.argv.slice(2));
