import { implementRead, StepFailure } from '../kit/index.ts';
import { hosts } from './contract.ts';
import { quotable } from './program/answer.ts';
import { ask } from './program/ask.ts';
import { socketLines } from './sockets/socket-lines.ts';
import type { Ssh } from './ssh/ssh.ts';

export const socketsStep = (ssh: Ssh) =>
  implementRead(hosts.sockets, async ({ host, peer, port }, context) => {
    const words = ['sockets', peer ?? 'any', port === undefined ? 'any' : String(port)];
    const answer = await ask(ssh, { host, words, withinSeconds: 10 }, context);
    if (answer.status !== 0) {
      throw new StepFailure(
        answer.status === 127 ? 'invalid' : 'retryable',
        `ss on ${host} failed: ${quotable(answer.stderr) || `exit ${answer.status}`}`,
        { facts: { host } },
      );
    }
    return { host, hostTime: answer.hostTime.toISOString(), ...socketLines(answer.lines) };
  });
