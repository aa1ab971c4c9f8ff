import { expect, test } from '@jest/globals';

type Output = { write(chunk: Buffer | string): void };
type Run = (script: string, output: Output) => Promise<number>;
interface Result {
  readonly script: string;
  readonly code: number;
}
const { runBeside } = (await import(new URL('../../bin/run-beside.mjs', import.meta.url).href)) as {
  runBeside: (lanes: string[][], run: Run, stdout: Output) => Promise<Result[]>;
};

/** Scripts that print and then wait until the test ends them. */
function scripts() {
  const ends = new Map<string, (code: number) => void>();
  const printed: string[] = [];
  const run: Run = (script, output) => {
    output.write(`${script} prints\n`);
    return new Promise((resolve) => ends.set(script, resolve));
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const end = async (script: string, code = 0) => {
    ends.get(script)!(code);
    await turn();
  };
  const lines = () =>
    printed
      .join('')
      .replaceAll(/\d+\.\d+ s/g, 'N s')
      .split('\n')
      .filter(Boolean);
  return {
    run,
    end,
    lines,
    ends,
    stdout: { write: (chunk: Buffer | string) => void printed.push(String(chunk)) },
  };
}

test('lanes run beside each other, and what each script printed follows its verdict in one piece', async () => {
  const { run, end, lines, stdout } = scripts();
  const results = runBeside([['slow'], ['first', 'second']], run, stdout);
  expect(lines()).toEqual(['.. slow', '.. first']);
  await end('first', 2);
  expect(lines().slice(2)).toEqual(['== first: FAILED after N s', 'first prints', '.. second']);
  await end('second');
  await end('slow');
  expect(lines().slice(5)).toEqual([
    '== second: ok after N s',
    'second prints',
    '== slow: ok after N s',
    'slow prints',
  ]);
  expect((await results).map(({ script, code }) => [script, code])).toEqual([
    ['slow', 0],
    ['first', 2],
    ['second', 0],
  ]);
});

test('Ctrl-C begins nothing more', async () => {
  const { run, end, ends, stdout } = scripts();
  const results = runBeside([['slow'], ['first', 'second']], run, stdout);
  await end('slow', 130);
  await end('first', 130);
  expect([...ends.keys()]).toEqual(['slow', 'first']);
  expect(await results).toHaveLength(2);
});
