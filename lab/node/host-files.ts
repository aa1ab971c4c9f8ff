import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LabDetails } from '../details.ts';
import { ONCALL } from './accounts.ts';
import { initOf } from './inside-node.ts';

/** A file that a product puts on its hosts: its helper, what sudo allows, keys with their forced commands. */
export interface HostFile {
  readonly path: string;
  readonly mode: number;
  /** `root:root` or `oncall:oncall`. */
  readonly owner: string;
  readonly content: string;
}

/** Makes the files for an account; the lab knows where they go, not what they do. Keys are lines of `.pub` files. */
export type HostFiles = (account: {
  user: string;
  home: string;
  readKey: string;
  changeKey: string;
}) => readonly HostFile[];

/** Writes the files below a node's root directory. */
export function putHostFiles(root: string, files: readonly HostFile[]): void {
  for (const { path, mode, owner, content } of files) {
    const file = join(root, path);
    if (!existsSync(dirname(file))) mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
    writeFileSync(file, content);
    chmodSync(file, mode);
    const id = owner === `${ONCALL.name}:${ONCALL.name}` ? ONCALL.uid : 0;
    chownSync(file, id, id);
  }
}

export function makeHostFiles(
  hostFiles: HostFiles,
  keys: { readingKey: string; changingKey: string },
): readonly HostFile[] {
  const publicKey = (key: string): string => readFileSync(`${key}.pub`, 'utf8').trim();
  return hostFiles({
    user: ONCALL.name,
    home: ONCALL.home,
    readKey: publicKey(keys.readingKey),
    changeKey: publicKey(keys.changingKey),
  });
}

/** Puts the files on every node of a lab that is up. */
export function installHostFiles(details: LabDetails, hostFiles: HostFiles): void {
  const files = makeHostFiles(hostFiles, details.ssh);
  for (const { name } of details.nodes)
    putHostFiles(`/proc/${initOf(details.stateDirectory, name)}/root`, files);
}
