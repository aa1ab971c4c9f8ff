import { readFileSync } from 'node:fs';
import { attempt } from './command.ts';

export interface Mount {
  readonly point: string;
  readonly type: string;
  /** Options of the file system itself, such as the controllers of a version 1 cgroup hierarchy. */
  readonly superOptions: readonly string[];
}

/** The mounts of this process's mount namespace, in the order in which they were made. */
export function listMounts(): Mount[] {
  return parseMountInfo(readFileSync('/proc/self/mountinfo', 'utf8'));
}

/** proc(5), mountinfo: optional fields end with a single hyphen; spaces are written \040. */
export function parseMountInfo(text: string): Mount[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ');
      const [type = '', , superOptions = ''] = after.split(' ');
      const point = (before.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, octal: string) =>
        String.fromCharCode(parseInt(octal, 8)),
      );
      return { point, type, superOptions: superOptions.split(',') };
    });
}

/** Mounts at or below a directory, innermost first: the order in which they can be unmounted. */
export function mountsBelow(directory: string): Mount[] {
  return listMounts()
    .filter(({ point }) => point === directory || point.startsWith(`${directory}/`))
    .reverse();
}

/** Unmounts whatever is mounted at or below a directory. */
export async function unmountBelow(directory: string): Promise<void> {
  for (const { point } of mountsBelow(directory)) {
    // A lazy unmount is the second choice: it hides a mount that something still holds.
    if (!(await attempt(['umount', point]))) await attempt(['umount', '-l', point]);
  }
}
