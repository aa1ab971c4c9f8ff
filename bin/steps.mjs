/**
 * Runs npm scripts one after the other, all of them, so that one run shows everything that is wrong. Stops at Ctrl-C.
 * @param {string[]} scripts
 * @param {(script: string) => Promise<number>} run resolves with the exit code
 */
export async function runSteps(scripts, run) {
  const results = [];
  for (const script of scripts) {
    console.log(`\n== ${script}`);
    const started = Date.now();
    const code = await run(script);
    results.push({ script, code, seconds: (Date.now() - started) / 1000 });
    if (code === 130) break;
  }
  return results;
}

/** One line a step: its verdict, name and seconds. */
export function durationTable(results) {
  const width = Math.max(...results.map(({ script }) => script.length));
  const total = results.reduce((sum, { seconds }) => sum + seconds, 0);
  const line = (verdict, name, seconds) =>
    `${verdict.padEnd(6)}  ${name.padEnd(width)}  ${seconds.toFixed(1).padStart(7)} s`;
  return [
    ...results.map(({ script, code, seconds }) => line(code === 0 ? 'ok' : 'FAILED', script, seconds)),
    line('', 'total', total),
  ].join('\n');
}
