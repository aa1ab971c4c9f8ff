import { implementRead } from '../kit/index.ts';
import { hosts } from './contract.ts';
import { memoryLines, unitMemory } from './memory/memory-lines.ts';
import { ask } from './program/ask.ts';
import type { Ssh } from './ssh/ssh.ts';

export const memoryPressureStep = (ssh: Ssh) =>
  implementRead(hosts.memoryPressure, async ({ host, unit }, context) => {
    const { lines, hostTime } = await ask(
      ssh,
      { host, words: ['memory', unit ?? 'any'], withinSeconds: 8 },
      context,
    );
    return {
      host,
      hostTime: hostTime.toISOString(),
      ...memoryLines(lines),
      unit: unit === undefined ? null : unitMemory(lines, unit),
    };
  });
