/** A host that writes down every command line that it is sent, and knows enough of each verb to let a change go on. */
import { StepFailure } from '../../../activities/kit/index.ts';
import type { Ssh } from '../../../activities/hosts/ssh/ssh.ts';
import { ranWith, sampleText } from '../../activities/hosts/sample.ts';

export interface ScriptedHost {
  readonly ssh: Ssh;
  /** What was sent since this was last emptied. */
  readonly lines: string[];
}

const FACTS: Readonly<Record<string, string>> = {
  result: 'state=not-seen',
  'may-run': 'allowed=yes\nthere=yes',
  'before-upload': 'state=not-there',
};

export function scriptedHost(): ScriptedHost {
  const lines: string[] = [];
  return {
    lines,
    ssh: {
      run: async (host, line) => {
        lines.push(line);
        const verb = /^read within \d+ ([a-z-]+)/.exec(line)?.[1];
        if (verb === undefined) throw new StepFailure('refused', `${host} changes nothing here`);
        if (verb === 'status') return ranWith(sampleText('status-running.txt'));
        return ranWith(whole(FACTS[verb] ?? ''));
      },
      close: () => {},
    },
  };
}

const whole = (facts: string): string =>
  `nightshift-host 2\nhost-time=${Date.now() / 1000}\nboot-id=11111111-2222-3333-4444-555555555555\n${facts}\nnightshift-end 0\n`;
