import { createHash } from 'node:crypto';
import { tar, type TarEntry } from './tar.ts';

export interface Image {
  readonly names: readonly string[];
  readonly layers: readonly Buffer[];
  readonly command: readonly string[];
  readonly environment?: readonly string[];
}

/** Several images in one archive of the `docker save` format, which `ctr images import` reads. Shared layers are stored once. */
export function imageArchive(images: readonly Image[]): Buffer {
  const entries = new Map<string, TarEntry>();
  const add = (path: string, content: Buffer): string => {
    entries.set(path, { path, kind: 'file', content, mode: 0o644 });
    return path;
  };
  const manifest = images.map((image) => {
    const digests = image.layers.map(sha256);
    const config = Buffer.from(
      JSON.stringify({
        architecture: process.arch === 'x64' ? 'amd64' : process.arch,
        os: 'linux',
        config: { Cmd: image.command, Env: image.environment ?? ['PATH=/bin'] },
        rootfs: { type: 'layers', diff_ids: digests.map((digest) => `sha256:${digest}`) },
      }),
    );
    return {
      Config: add(`${sha256(config)}.json`, config),
      RepoTags: image.names,
      Layers: image.layers.map((layer, position) => add(`${digests[position] ?? ''}/layer.tar`, layer)),
    };
  });
  return tar([
    ...entries.values(),
    { path: 'manifest.json', kind: 'file', content: Buffer.from(JSON.stringify(manifest)), mode: 0o644 },
  ]);
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
