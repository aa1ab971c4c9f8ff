import { expect, test } from '@jest/globals';
import { hotPath } from '../../../../activities/kubernetes/profiling/hot-path.ts';
import { isOfPackage, readPythonStacks } from '../../../../activities/kubernetes/profiling/python-stacks.ts';
import { ownCode } from '../../../../activities/kubernetes/profiling/top-frames.ts';

/** What py-spy 0.4.3 wrote beside a shell that had started Python, shortened; the password is made up. */
const CAPTURED = `py-spy> Sampling process 100 times a second for 2 seconds. Press Control-C to exit.

process 10:"sh -c TOKEN=hunter2; /usr/bin/python3 orders.py";process 12:"/usr/bin/python3 orders.py";<module> (/srv/orders.py:14);serve (/srv/orders.py:13);find_duplicates (/srv/orders.py:7) 23
process 10:"sh -c TOKEN=hunter2; /usr/bin/python3 orders.py";process 12:"/usr/bin/python3 orders.py";<module> (/srv/orders.py:14);serve (/srv/orders.py:13);find_duplicates (/srv/orders.py:8) 89
process 10:"sh -c TOKEN=hunter2; /usr/bin/python3 orders.py";process 12:"/usr/bin/python3 orders.py";<module> (/srv/orders.py:14);serve (/srv/orders.py:13);find_duplicates (/srv/orders.py:8);is_same (/srv/orders.py:3) 68
process 10:"sh -c TOKEN=hunter2; /usr/bin/python3 orders.py";process 12:"/usr/bin/python3 orders.py";<module> (/srv/orders.py:14);serve (/srv/orders.py:13);save (/srv/orders.py:20);dumps (/usr/lib/python3.11/json/__init__.py:231) 20
py-spy> Wrote raw flamegraph data to '/dev/stdout'. Samples: 200 Errors: 3
py-spy> You can use the flamegraph.pl script from https://github.com/brendangregg/flamegraph to generate a SVG
`;

test('stacks are read, the most frequent first; command lines of processes are not kept', () => {
  const { stacks, unreadable } = readPythonStacks(CAPTURED);
  expect(stacks.map(({ value, frames }) => [value, frames.at(-1)])).toEqual([
    [89, { function: 'find_duplicates', at: '/srv/orders.py:8' }],
    [68, { function: 'is_same', at: '/srv/orders.py:3' }],
    [23, { function: 'find_duplicates', at: '/srv/orders.py:7' }],
    [20, { function: 'dumps', at: '/usr/lib/python3.11/json/__init__.py:231' }],
  ]);
  expect(stacks[0]?.frames[0]).toEqual({ function: '<module>', at: '/srv/orders.py:14' });
  expect(JSON.stringify(stacks)).not.toMatch(/hunter2|process/);
  expect(unreadable).toBe(3);
});

test('what Python’s library uses is counted for the program’s function that called it, by its busiest line', () => {
  expect(ownCode(readPythonStacks(CAPTURED).stacks, isOfPackage)).toEqual([
    { function: 'find_duplicates', at: '/srv/orders.py:8', share: 0.56 },
    { function: 'is_same', at: '/srv/orders.py:3', share: 0.34 },
    { function: 'save', at: '/srv/orders.py:20', share: 0.1 },
  ]);
  for (const at of ['/venv/lib/python3.12/site-packages/x.py:1', '<frozen importlib._bootstrap>:241'])
    expect(isOfPackage({ function: 'f', at })).toBe(true);
  expect(isOfPackage({ function: 'f', at: '/srv/library/x.py:1' })).toBe(false);
});

test('the hot path goes down for as long as most of the time takes one way', () => {
  expect(hotPath(readPythonStacks(CAPTURED).stacks)).toEqual([
    { function: '<module>', at: '/srv/orders.py:14', share: 1 },
    { function: 'serve', at: '/srv/orders.py:13', share: 1 },
    { function: 'find_duplicates', at: '/srv/orders.py:8', share: 0.9 },
  ]);
  expect(hotPath([])).toEqual([]);
});

test('functions of one name in several files are several; nonsense has no stacks', () => {
  const two = 'run (a.py:1) 30\nrun (b.py:1) 70\n';
  expect(ownCode(readPythonStacks(two).stacks, isOfPackage).map(({ at, share }) => [at, share])).toEqual([
    ['b.py:1', 0.7],
    ['a.py:1', 0.3],
  ]);
  expect(readPythonStacks('Error: Failed to find python version from target process\n\n').stacks).toEqual([]);
  expect(readPythonStacks('x (y) 1\n; 2\n\u0000 (z:1) 99999999999\n').stacks).toEqual([]);
});
