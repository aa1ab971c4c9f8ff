import { implementRead, StepFailure } from '../kit/index.ts';
import { hosts } from './contract.ts';
import { loadAverage } from './load-average.ts';
import { processLines } from './processes/process-lines.ts';
import { fieldsOf, quotable } from './program/answer.ts';
import { ask } from './program/ask.ts';
import type { Ssh } from './ssh/ssh.ts';
import { quantity } from './systemd/show.ts';

const MAX_BYTES = 16 * 1024 * 1024;

export const processListStep = (ssh: Ssh) =>
  implementRead(hosts.processList, async ({ host, by, matching, limit }, context) => {
    const answer = await ask(
      ssh,
      { host, words: ['processes'], withinSeconds: 10, maxBytes: MAX_BYTES },
      context,
    );
    const all = processLines(answer.lines);
    if (answer.status !== 0 || all.length === 0) {
      throw new StepFailure(
        'invalid',
        `ps on ${host} does not list processes: ${quotable(answer.stderr) || `exit ${answer.status}`}`,
        { next: "It needs procps; BusyBox's ps is not enough.", facts: { host } },
      );
    }
    const matched = all.filter(
      ({ name, command, user, unit }) =>
        matching === undefined || [name, command, user, unit].some((text) => text?.includes(matching)),
    );
    const size =
      by === 'cpu' ? (p: (typeof all)[number]) => p.cpu ?? 0 : (p: (typeof all)[number]) => p.memoryBytes;
    return {
      host,
      hostTime: answer.hostTime.toISOString(),
      processors: quantity(fieldsOf(answer.lines).processors) ?? 0,
      load: loadAverage(answer.lines),
      total: all.length,
      waiting: all.filter(({ state }) => state === 'D').length,
      zombies: all.filter(({ state }) => state === 'Z').length,
      processes: matched.sort((a, b) => size(b) - size(a) || b.memoryBytes - a.memoryBytes).slice(0, limit),
      matched: matched.length,
    };
  });
