import { INTERRUPTED } from './steps.mjs';

/**
 * Runs lanes of npm scripts beside each other, the scripts of one lane one after the other: all of them, so that one run
 * shows everything that is wrong. Each says when it begins; what it printed follows in one piece when it has ended.
 * Ctrl-C ends all lanes.
 * @param {string[][]} lanes
 * @param {(script: string, output: { write(chunk: Buffer | string): void }) => Promise<number>} run resolves with the exit code
 * @param {{ write(chunk: Buffer | string): void }} stdout
 * @returns {Promise<{ script: string, code: number, seconds: number }[]>} in the order of the lanes
 */
export async function runBeside(lanes, run, stdout) {
  let isInterrupted = false;
  const runLane = async (scripts) => {
    const results = [];
    for (const script of scripts) {
      if (isInterrupted) break;
      const printed = [];
      const started = Date.now();
      stdout.write(`.. ${script}\n`);
      const code = await run(script, { write: (chunk) => void printed.push(Buffer.from(chunk)) });
      const seconds = (Date.now() - started) / 1000;
      results.push({ script, code, seconds });
      stdout.write(`\n== ${script}: ${code === 0 ? 'ok' : 'FAILED'} after ${seconds.toFixed(1)} s\n`);
      for (const chunk of printed) stdout.write(chunk);
      isInterrupted ||= code === INTERRUPTED;
    }
    return results;
  };
  return (await Promise.all(lanes.map(runLane))).flat();
}
