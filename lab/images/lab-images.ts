import { readFile, writeFile } from 'node:fs/promises';
import { command } from '../machine/command.ts';
import { imageArchive } from './image-archive.ts';
import { BUSYBOX_IMAGE, DEBUG_IMAGE, PAUSE_IMAGE, PAYMENT_IMAGES } from './image-names.ts';
import { tar, type TarEntry } from './tar.ts';

/** Writes the archive with every image of the lab: no registry is asked for anything. */
export async function writeLabImages(
  file: string,
  programs: { busybox: string; paymentService: string },
): Promise<void> {
  const busybox = await busyboxLayer(programs.busybox);
  const service = tar([
    {
      path: 'bin/payment-service',
      kind: 'file',
      content: await readFile(programs.paymentService),
      mode: 0o755,
    },
  ]);
  await writeFile(
    file,
    imageArchive([
      { names: [PAUSE_IMAGE], layers: [busybox], command: ['/bin/sleep', '2147483647'] },
      { names: [BUSYBOX_IMAGE, DEBUG_IMAGE], layers: [busybox], command: ['/bin/sh'] },
      ...Object.values(PAYMENT_IMAGES).map((name) => ({
        names: [name],
        layers: [busybox, service],
        command: ['/bin/payment-service', 'serve'],
        environment: ['PATH=/bin', `VERSION=${name.split(':')[1] ?? ''}`],
      })),
    ]),
  );
}

/** busybox, and each of its programs by name. */
export async function busyboxLayer(busybox: string): Promise<Buffer> {
  const { stdout } = await command([busybox, '--list']);
  const applets = stdout.split('\n').filter((name) => name && name !== 'busybox');
  return tar([
    ...['bin', 'tmp', 'etc', 'proc', 'sys', 'dev', 'var', 'var/run'].map((path): TarEntry => ({
      path,
      kind: 'directory',
    })),
    { path: 'bin/busybox', kind: 'file', content: await readFile(busybox), mode: 0o755 },
    ...applets.map((name): TarEntry => ({ path: `bin/${name}`, kind: 'link', target: '/bin/busybox' })),
    { path: 'etc/passwd', kind: 'file', content: Buffer.from('root:x:0:0:root:/:/bin/sh\n'), mode: 0o644 },
  ]);
}
