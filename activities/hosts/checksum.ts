import { implementRead } from '../kit/index.ts';
import { hosts } from './contract.ts';
import { openedFile } from './files/opened-file.ts';
import { ask } from './program/ask.ts';
import type { Ssh } from './ssh/ssh.ts';

export const checksumStep = (ssh: Ssh) =>
  implementRead(hosts.checksum, async ({ host, path }, context) => {
    const answer = await ask(ssh, { host, words: ['checksum', path], withinSeconds: 45 }, context);
    const { file, facts } = openedFile({ host, path, permission: 'checksum' }, answer);
    return { ...file, sha256: facts.sha256 ?? null };
  });
