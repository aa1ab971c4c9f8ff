import { implementRead, StepFailure } from '../kit/index.ts';
import { hosts } from './contract.ts';
import { notShown, parseRejections, parseServiceRules } from './kube-proxy/service-rules.ts';
import { quotable } from './program/answer.ts';
import { ask } from './program/ask.ts';
import type { Ssh } from './ssh/ssh.ts';

const RULES_BYTES = 64 * 1024 * 1024;

export const iptablesRulesStep = (ssh: Ssh) =>
  implementRead(hosts.iptablesRules, async ({ host, service, limit }, context) => {
    const table = async (name: string) => {
      const answer = await ask(
        ssh,
        { host, words: ['iptables', name], withinSeconds: 10, maxBytes: RULES_BYTES },
        context,
      );
      if (answer.status === 0) return answer.lines.join('\n');
      throw new StepFailure(
        'retryable',
        `iptables-save on ${host} failed: ${quotable(answer.stderr) || `exit ${answer.status}`}`,
        {
          facts: { host, table: name },
        },
      );
    };
    const [nat, filter] = await Promise.all([table('nat'), table('filter')]);
    const { hasServiceChain, rules, undecoded } = parseServiceRules(nat);
    if (undecoded !== undefined)
      throw new StepFailure('invalid', notShown(host, undecoded), {
        next: "Update iptables on the host, or read the rules with kube-proxy's own: kubectl -n kube-system exec its pod -- iptables-save -t nat",
        facts: { host },
      });
    const wanted = rules.filter(
      ({ name }) => service === undefined || name === service || name.startsWith(`${service}:`),
    );
    return {
      host,
      hasServiceChain,
      total: rules.length,
      rejecting: parseRejections(filter).length,
      services: wanted.slice(0, limit),
      truncated: wanted.length > limit,
    };
  });
