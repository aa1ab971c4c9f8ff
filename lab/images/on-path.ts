import { command } from '../machine/command.ts';

/** The path of a program of this machine, also of one that is root's and not on everybody's PATH. */
export const onPath = async (program: string): Promise<string> =>
  (await command(['sh', '-c', 'PATH=$PATH:/usr/sbin:/sbin; command -v "$1"', 'sh', program])).stdout.trim();
