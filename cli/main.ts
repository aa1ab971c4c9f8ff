/** The `nightshift` process. */
import { EXIT } from './exit-code.ts';
import { runCommandLine } from './run-command-line.ts';
import { createIo } from './terminal/io.ts';

const interrupt = new AbortController();
let inOrder = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The second Ctrl-C does not wait for an orderly end.
    if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
    interrupt.abort();
    // A command that only asks the gateway something ends now; what was printed by then is still written.
    if (!inOrder) setTimeout(() => process.exit(EXIT.interrupted), 300).unref();
  });
}
// `nightshift runs | head`: the reader has seen enough.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
    throw error;
  });
}

process.exitCode = await runCommandLine(
  process.argv.slice(2),
  createIo(process, { interrupted: interrupt.signal, endsInOrder: () => (inOrder = true) }),
);
