import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { resolveBinaries } from '../../embedded/binaries/index.ts';
import { NODE_NAMES } from '../layout.ts';
import { insideNode } from '../node/inside-node.ts';
import { hasImage, IMAGES, importImages } from './node-images.ts';
import { hostFile, hostProgram, librariesOf } from './host-program.ts';
import { imageArchive } from './image-archive.ts';
import { KUBE_PROXY_IMAGE } from './image-names.ts';
import { busyboxLayer } from './lab-images.ts';
import { layer } from './layer.ts';
import { onPath } from './on-path.ts';
import type { TarEntry } from './tar.ts';

/** Puts kube-proxy, with the iptables and conntrack of this machine, as an image into every node that has none. */
export async function bringKubeProxyImage(stateDirectory: string): Promise<void> {
  const has = await Promise.all(
    NODE_NAMES.map((node) => hasImage({ stateDirectory, node }, KUBE_PROXY_IMAGE)),
  );
  const nodes = NODE_NAMES.filter((_, index) => !has[index]);
  if (nodes.length === 0) return;
  const [busybox, program] = await Promise.all([onPath('busybox').then(busyboxLayer), kubeProxyLayer()]);
  const archive = imageArchive([
    {
      names: [KUBE_PROXY_IMAGE],
      layers: [busybox, program],
      command: ['/usr/local/bin/kube-proxy', '--config=/etc/kubernetes/kube-proxy.yaml'],
      environment: ['PATH=/usr/local/bin:/usr/sbin:/bin'],
    },
  ]);
  await Promise.all(nodes.map((node) => importImages({ stateDirectory, node }, archive)));
}

/** Takes the image out of every node, and with it the memory that it is kept in. */
export async function removeKubeProxyImage(stateDirectory: string): Promise<void> {
  await Promise.all(
    NODE_NAMES.map((node) =>
      insideNode({ stateDirectory, node }, [...IMAGES, 'rm', '--sync', KUBE_PROXY_IMAGE]),
    ),
  );
}

const NAMES_OF_IPTABLES = ['iptables', 'ip6tables'].flatMap((name) =>
  ['', '-save', '-restore'].map((what) => `${name}${what}`),
);

async function kubeProxyLayer(): Promise<Buffer> {
  const [{ 'kube-proxy': kubeProxy }, xtables, conntrack] = await Promise.all([
    resolveBinaries(['kube-proxy']),
    onPath('xtables-nft-multi').then(hostProgram),
    onPath('conntrack').then(hostProgram),
  ]);
  return layer([
    { ...(await hostFile(kubeProxy)), path: 'usr/local/bin/kube-proxy' },
    ...at('usr/sbin', xtables),
    ...NAMES_OF_IPTABLES.map((name): TarEntry => ({
      path: `usr/sbin/${name}`,
      kind: 'link',
      target: 'xtables-nft-multi',
    })),
    ...at('usr/sbin', conntrack),
    ...(await extensionsOf(xtables)),
  ]);
}

/** The program, which comes first, in a folder of PATH; its libraries where they are. */
function at(folder: string, [program, ...libraries]: readonly TarEntry[]): TarEntry[] {
  return [{ ...program!, path: `${folder}/${basename(program!.path)}` }, ...libraries];
}

/** iptables loads its matches and targets by name from the folder `xtables` beside the system's libraries. */
async function extensionsOf(xtables: readonly TarEntry[]): Promise<TarEntry[]> {
  const library = xtables.find(({ path }) => basename(path).startsWith('libxtables.so'));
  if (!library) throw new Error('iptables of this machine is not linked with libxtables: which one is it?');
  const folder = join('/usr/lib', basename(dirname(library.path)), 'xtables');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.so'));
  const paths = files.map((file) => join(folder, file));
  const extensions = await Promise.all(paths.map((path) => hostFile(path)));
  return [...extensions, ...(await librariesOf(paths))];
}
