/** What only the scenarios of slow programs need: py-spy and strace in the debug image, and a service in Python. */
import { readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { NODE_NAMES } from '../layout.ts';
import { command } from '../machine/command.ts';
import { hostFile, hostProgram } from './host-program.ts';
import { imageArchive } from './image-archive.ts';
import { DEBUG_IMAGE, ORDERS_IMAGE } from './image-names.ts';
import { busyboxLayer } from './lab-images.ts';
import { layer } from './layer.ts';
import { hasImage, importImages } from './node-images.ts';
import { onPath } from './on-path.ts';
import { pySpy } from './py-spy.ts';

/** Puts py-spy and strace into the debug image of every node, which is busybox until then, and brings `orders`. */
export async function bringDebugImages(stateDirectory: string): Promise<void> {
  const without = await Promise.all(
    // Both images come in one archive.
    NODE_NAMES.map(async (node) =>
      (await hasImage({ stateDirectory, node }, ORDERS_IMAGE)) ? undefined : node,
    ),
  );
  const nodes = without.filter((node) => node !== undefined);
  if (nodes.length === 0) return;
  const [busybox, tools, orders] = await Promise.all([
    onPath('busybox').then(busyboxLayer),
    debugTools(),
    ordersService(),
  ]);
  const archive = imageArchive([
    { names: [DEBUG_IMAGE], layers: [busybox, tools], command: ['/bin/sh'] },
    { names: [ORDERS_IMAGE], layers: [busybox, orders.layer], command: orders.command },
  ]);
  await Promise.all(nodes.map((node) => importImages({ stateDirectory, node }, archive)));
}

async function debugTools(): Promise<Buffer> {
  const [program, strace] = await Promise.all([pySpy(), onPath('strace')]);
  const [spy, ...ofSpy] = await hostProgram(program);
  const [tracer, ...ofTracer] = await hostProgram(strace);
  return layer([{ ...spy!, path: 'bin/py-spy' }, { ...tracer!, path: 'bin/strace' }, ...ofSpy, ...ofTracer]);
}

/** What an interpreter reads before it runs a file with -S, beside what is built in. */
const STARTS_WITH = [
  'os.py',
  ...['__init__', 'aliases', 'utf_8', 'ascii', 'latin_1'].map((f) => `encodings/${f}.py`),
];

async function ordersService(): Promise<{ readonly layer: Buffer; readonly command: readonly string[] }> {
  const python = await realpath('/usr/bin/python3');
  const { stdout } = await command([python, '-S', '-c', 'import os; print(os.__file__)']);
  const library = dirname(stdout.trim());
  const source = await readFile(join(import.meta.dirname, '..', 'orders-service', 'orders.py'));
  return {
    layer: layer([
      ...(await hostProgram(python)),
      ...(await Promise.all(STARTS_WITH.map((file) => hostFile(join(library, file))))),
      { path: `${library.slice(1)}/lib-dynload`, kind: 'directory' },
      { path: 'srv/orders.py', kind: 'file', content: source, mode: 0o644 },
    ]),
    command: [python, '-S', '-B', '/srv/orders.py'],
  };
}
