/** The exit code of a command that Ctrl-C ended. */
export const INTERRUPTED = 130;

/**
 * Runs npm scripts one after the other, all of them, so that one run shows everything that is wrong. Stops at Ctrl-C.
 * @param {string[]} scripts
 * @param {(script: string) => Promise<number>} run resolves with the exit code
 * @param {(line: string) => void} [print] takes the heading of each
 */
export async function runSteps(scripts, run, print = console.log) {
  const results = [];
  for (const script of scripts) {
    print(`\n== ${script}`);
    const started = Date.now();
    const code = await run(script);
    results.push({ script, code, seconds: (Date.now() - started) / 1000 });
    if (code === INTERRUPTED) break;
  }
  return results;
}

/**
 * One line a step: its verdict, name and seconds; and how long it took in all.
 * @param {{ script: string, code: number, seconds: number }[]} results
 * @param {number} [total] seconds, where steps ran beside each other
 */
export function durationTable(results, total = results.reduce((sum, { seconds }) => sum + seconds, 0)) {
  const width = Math.max(...results.map(({ script }) => script.length));
  const line = (verdict, name, seconds) =>
    `${verdict.padEnd(6)}  ${name.padEnd(width)}  ${seconds.toFixed(1).padStart(7)} s`;
  return [
    ...results.map(({ script, code, seconds }) => line(code === 0 ? 'ok' : 'FAILED', script, seconds)),
    line('', 'total', total),
  ].join('\n');
}

/** Keeps what is written until it is released; from then on it goes straight to the target. */
export function heldOutput(target) {
  let kept = [];
  return {
    write: (chunk) => void (kept ? kept.push(chunk) : target.write(chunk)),
    release() {
      for (const chunk of kept ?? []) target.write(chunk);
      kept = undefined;
    },
  };
}
