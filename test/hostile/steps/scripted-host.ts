/** A host that writes down every command line that it is sent, and knows enough of each verb to let a change go on. */
import { StepFailure } from '../../../activities/kit/index.ts';
import type { Ssh } from '../../../activities/hosts/ssh/ssh.ts';
import { ranWith, sampleText } from '../../activities/hosts/sample.ts';

export interface ScriptedHost {
  readonly ssh: Ssh;
  /** What was sent since this was last emptied. */
  readonly lines: string[];
  /** What is printed in the place of an answer. */
  change: (answer: string) => string;
}

const FACTS: Readonly<Record<string, string>> = {
  result: 'state=not-seen',
  'may-run': 'allowed=yes\nthere=yes',
  'before-upload': 'state=not-there',
  connect: 'outcome=connected\nmilliseconds=3',
  checksum: `state=read\nopened=/var/log/a\nbytes=12\nmode=644\nchanged=1795254590\nsha256=${'a'.repeat(64)}`,
  tail: 'state=read\nopened=/var/log/a\nbytes=12\nmode=644\nchanged=1795254590\nline one\nline two',
};
const SAMPLES: Readonly<Record<string, string>> = {
  status: 'status-running.txt',
  oom: 'oom-kills.txt',
  journal: 'journal.txt',
  kernel: 'oom-kills.txt',
  disk: 'disk-suse-15-btrfs.by-hand.txt',
  memory: 'memory-ubuntu-24-cgroup-v2.by-hand.txt',
  processes: 'processes-debian-12.txt',
  sockets: 'sockets-debian-12.txt',
  nft: 'nft-kube-proxy-1.34.txt',
  'iptables nat': 'iptables-nat.txt',
  'iptables filter': 'iptables-filter.txt',
  'kube-proxy metrics': 'metrics-1.34.txt',
};

export function scriptedHost(): ScriptedHost {
  const lines: string[] = [];
  const host: ScriptedHost = {
    lines,
    change: (answer) => answer,
    ssh: {
      run: async (name, line) => {
        lines.push(line);
        const [, verb, word] = /^read within \d+ ([a-z0-9-]+) ?(\S*)/.exec(line) ?? [];
        if (verb === undefined) throw new StepFailure('refused', `${name} changes nothing here`);
        const sample = SAMPLES[`${verb} ${word}`] ?? SAMPLES[verb];
        return ranWith(host.change(sample ? sampleText(sample) : whole(FACTS[verb] ?? '')));
      },
      close: () => {},
    },
  };
  return host;
}

const whole = (facts: string): string =>
  `nightshift-host 2\nhost-time=${Date.now() / 1000}\nboot-id=11111111-2222-3333-4444-555555555555\n${facts}\nnightshift-end 0\n`;
