import { readFileSync } from 'node:fs';

export const ONCALL = { name: 'oncall', uid: 2747, gid: 2747, home: '/home/oncall' } as const;

/** The machine's account files with `oncall` added: no password, a member of systemd-journal so that it can read the journal. */
export function accountFiles(): Record<'passwd' | 'shadow' | 'group' | 'gshadow', string> {
  const { name, uid, gid, home } = ONCALL;
  const read = (file: string): string[] => readFileSync(`/etc/${file}`, 'utf8').trimEnd().split('\n');
  const without = (lines: string[]): string[] => lines.filter((line) => !line.startsWith(`${name}:`));
  const addMember = (line: string): string =>
    line.startsWith('systemd-journal:') ? `${line}${line.endsWith(':') ? '' : ','}${name}` : line;
  return {
    passwd: [...without(read('passwd')), `${name}:x:${uid}:${gid}:on call:${home}:/bin/bash`, ''].join('\n'),
    shadow: [...without(read('shadow')), `${name}:*:19000:0:99999:7:::`, ''].join('\n'),
    group: [...without(read('group')).map(addMember), `${name}:x:${gid}:`, ''].join('\n'),
    gshadow: [...without(read('gshadow')), `${name}:*::`, ''].join('\n'),
  };
}
