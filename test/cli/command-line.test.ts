import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { EXIT, exitCodesHelp } from '../../cli/exit-code.ts';
import { createProgram } from '../../cli/program.ts';
import { nightshift } from './command-line.ts';
import { detail } from './render/samples.ts';
import { startSmallGateway, type SmallGateway } from './small-gateway.ts';
import type { Command } from 'commander';
import type { Io } from '../../cli/terminal/io.ts';
import { screenOf } from './render/samples.ts';

let gateway: SmallGateway;
let env: Record<string, string>;
beforeAll(async () => {
  gateway = await startSmallGateway();
  env = { NIGHTSHIFT_URL: gateway.url, NIGHTSHIFT_TOKEN: 't' };
});
afterAll(() => gateway.close());
beforeEach(() => {
  gateway.details = [detail];
  gateway.asked.length = 0;
});

test('without a word it prints its help, with the exit codes', async () => {
  const { code, out } = await nightshift([]);
  expect(code).toBe(0);
  expect(out).toContain('Usage: nightshift');
  expect((await nightshift(['--help'])).out).toContain(exitCodesHelp());
});

test('every command has a description, and every one that does something an example', () => {
  const program = createProgram({
    io: { screen: () => screenOf(80) } as Io,
    api: () => Promise.reject(new Error()),
  });
  const leaves = (command: Command): Command[] =>
    command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
  for (const command of leaves(program)) {
    const help: string[] = [];
    command.configureOutput({ writeOut: (text) => help.push(text) });
    command.outputHelp();
    expect({
      name: command.name(),
      described: command.description() !== '',
      example: help.join('').includes('$ ') || help.join('').includes('export '),
    }).toEqual({
      name: command.name(),
      described: true,
      example: true,
    });
  }
});

test('a wrong word names the nearest one', async () => {
  const { code, err } = await nightshift(['aprove']);
  expect(code).toBe(2);
  expect(err).toMatchInlineSnapshot(`
   "nightshift: unknown command 'aprove'
     next: did you mean approve?
     exit code 2 (wrong usage: option, argument, input, configuration)
   "
  `);
});

test.each([
  [['show', 'x', '--nope'], "unknown option '--nope'"],
  [['runs', '--limit', 'many'], 'write a whole number above 0'],
  [['runs', '-o', 'yaml'], 'Allowed choices are text, json'],
  [['cancel', 'x'], "required option '--reason <text>' not specified"],
  [['run'], "missing required argument 'runbook'"],
  [['run', 'x', '--set', 'novalue'], '--set novalue has no "="'],
  [['run', 'x', '--input', '{'], '--input is not JSON'],
  [['run', 'x', '--input', '@/nonexistent'], 'does not exist'],
  [['freeze', '--reason', 'r'], 'freeze what?'],
  [['freeze', '--everything', '--for', 'long', '--reason', 'r'], 'is not a length of time'],
  [['lab', 'down', '--name', '../../x'], "cannot be a lab's name: use 1 to 8 lower-case letters and digits"],
  [['token', 'create', '--person', 'ana', '--scopes', 'root'], '"root" is no scope'],
])('%j is wrong usage', async (args, message) => {
  const { code, out, err } = await nightshift(args, { env });
  expect({ code, out }).toEqual({ code: EXIT.usage, out: '' });
  expect(err).toContain(message);
  expect(err).toContain('exit code 2');
});

test('no gateway, no token, a gateway that is gone: each says what to do next', async () => {
  const none = await nightshift(['runs']);
  expect(none.code).toBe(EXIT.unreachable);
  expect(none.err).toContain('next: start one with "nightshift up"');
  const noToken = await nightshift(['runs'], { env: { NIGHTSHIFT_URL: gateway.url } });
  expect(noToken.code).toBe(EXIT.usage);
  const gone = await nightshift(['runs'], {
    env: { NIGHTSHIFT_URL: 'http://127.0.0.1:1', NIGHTSHIFT_TOKEN: 't' },
  });
  expect(gone.code).toBe(EXIT.unreachable);
  expect(gone.err).toContain('no gateway answers at http://127.0.0.1:1');
});

test('an unknown run is not found; a part of its id is enough, the newest is meant without one', async () => {
  expect((await nightshift(['show', 'nobody'], { env })).code).toBe(EXIT.notFound);
  expect((await nightshift(['show', 'payments.pay'], { env })).out).toContain('Pods of one service crash');
  expect((await nightshift(['show'], { env })).out).toContain('Pods of one service crash');
});

test('a part that fits two runs lists them', async () => {
  gateway.details = ['a/1', 'a/2'].map((workflowId) => ({ ...detail, run: { ...detail.run, workflowId } }));
  const { code, err } = await nightshift(['cancel', 'a/', '--reason', 'r'], { env });
  expect(code).toBe(EXIT.usage);
  expect(err).toContain('"a/" fits 2 runs:\n  a/1\n  a/2');
});

test('--set builds the input; what reads as JSON is taken as that', async () => {
  const args = ['run', 'x', '--input', '{"a":1}', '--set', 'b.c=true', '--set', 'b.d=text'];
  const { code } = await nightshift(args, { env });
  expect(code).toBe(0);
  expect(gateway.asked[0]?.body).toEqual({
    runbook: 'x',
    input: { a: 1, b: { c: true, d: 'text' } },
  });
});

test.each([['runs'], ['show'], ['questions'], ['freezes'], ['left'], ['runbooks'], ['token', 'list']])(
  '%s prints JSON with -o json',
  async (...args) => {
    const { code, out } = await nightshift([...args.flat(), '-o', 'json'], { env });
    expect(code).toBe(0);
    expect(() => JSON.parse(out) as unknown).not.toThrow();
  },
);

test('start asks, so without a terminal it needs --yes, and starts nothing', async () => {
  const { code, out, err } = await nightshift(['start']);
  expect({ code, out }).toEqual({ code: EXIT.usage, out: '' });
  expect(err).toContain('pass --yes');
});

test.each(['bash', 'zsh', 'fish'])('completion for %s knows commands and options', async (shell) => {
  const { out } = await nightshift(['completion', shell]);
  for (const word of ['approve', 'record', 'export', 'plan-hash']) expect(out).toContain(word);
});
