import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildGo, type OnProgress } from '../../embedded/binaries/index.ts';
import { NODE_NAMES } from '../layout.ts';
import { imageArchive } from './image-archive.ts';
import { COREDNS_IMAGE } from './image-names.ts';
import { importImages } from './node-images.ts';
import { tar } from './tar.ts';

/** Builds CoreDNS (half a minute, once) and imports it into every node: only who breaks DNS needs it. */
export async function bringCoreDns(stateDirectory: string, onProgress?: OnProgress): Promise<void> {
  const program = await buildGo({
    name: 'coredns',
    dir: join(import.meta.dirname, '..', 'coredns'),
    ...(onProgress && { onProgress }),
  });
  const layer = tar([
    { path: 'bin', kind: 'directory' },
    { path: 'tmp', kind: 'directory' },
    { path: 'bin/coredns', kind: 'file', content: await readFile(program), mode: 0o755 },
  ]);
  const archive = imageArchive([
    { names: [COREDNS_IMAGE], layers: [layer], command: ['/bin/coredns', '-conf', '/etc/coredns/Corefile'] },
  ]);
  for (const node of NODE_NAMES) {
    await importImages({ stateDirectory, node }, archive);
  }
}
