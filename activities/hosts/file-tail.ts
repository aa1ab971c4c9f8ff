import { implementRead, plainLine } from '../kit/index.ts';
import { hosts } from './contract.ts';
import { openedFile } from './files/opened-file.ts';
import { ask } from './program/ask.ts';
import type { Ssh } from './ssh/ssh.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const LINE = 'line ';

export const fileTailStep = (ssh: Ssh) =>
  implementRead(hosts.fileTail, async ({ host, path, lines }, context) => {
    const words = ['tail', path, String(lines)];
    const answer = await ask(ssh, { host, words, withinSeconds: 8, maxBytes: MAX_BYTES }, context);
    // The file's own lines come after what is said of it, and could say the same.
    const content = answer.lines.findIndex((line) => line.startsWith(LINE));
    const about = content < 0 ? answer.lines : answer.lines.slice(0, content);
    const { file } = openedFile({ host, path, permission: 'tail' }, { ...answer, lines: about });
    return {
      ...file,
      lines: answer.lines
        .slice(about.length)
        .flatMap((line) => (line.startsWith(LINE) ? [plainLine(line.slice(LINE.length))] : []))
        .slice(-lines),
    };
  });
