/**
 * A node does not report any more. Its containers usually go on running, so the first question is whether it is this node
 * at all; the second, what its host says; and a restart is proposed only where it is what mends the cause. A node that
 * somebody works on is left to them.
 */
import { z } from 'zod';
import { hosts } from '../activities/hosts/contract.ts';
import { UnitName } from '../activities/hosts/contract/names.ts';
import { kubernetes } from '../activities/kubernetes/contract.ts';
import { Name } from '../activities/kubernetes/contract/identity.ts';
import {
  approve,
  carryOut,
  check,
  defineRunbook,
  finding,
  onAlert,
  propose,
  remind,
} from '../workflows/index.ts';
import { describeOutage } from './node-not-ready/describe-outage.ts';
import { diagnose } from './node-not-ready/diagnose.ts';
import { podsAreBack } from './node-not-ready/pods-are-back.ts';
import { ASK, Patience, PLATFORM } from './platform-oncall.ts';
import { handOverWith, writeUp } from './write-up.ts';

export default defineRunbook({
  id: 'node-not-ready',
  title: 'A node is not Ready',
  owner: PLATFORM,
  description:
    'Tells one node from a zone or a control plane, asks the host why the kubelet does not report, and restarts the service whose restart mends it. Leaves a node alone that somebody has cordoned to work on.',
  input: z.object({
    node: Name,
    kubelet: UnitName.default('kubelet.service'),
    runtime: UnitName.default('containerd.service'),
    withinSeconds: Patience,
  }),
  triggers: ['KubeNodeNotReady', 'KubeNodeUnreachable', 'KubernetesNodeNotReady'].map((alertname) =>
    onAlert({ alertname }, ({ labels }) => ({ node: labels.node ?? '' })),
  ),
  correlationKey: ({ node }) => node,
  onRepeat: 'join',
  // A rack or a zone that goes down is forty alerts: a few runs find that out, and people need not be asked forty times.
  runsAtOnce: 5,
  whenAlertResolves: 'stop-before-first-change',

  async run({ node, kubelet, runtime, withinSeconds }) {
    const outage = await describeOutage(node);
    if (outage.over) return { over: true, found: outage.because };
    const { story } = outage;
    if (outage.elsewhere) return handOverWith(outage.because, story);

    const host = await hosts.hostAnswers({ host: node });
    finding(host.reason, { evidence: { verdict: host.verdict } });
    if (host.verdict !== 'pass') {
      return handOverWith(
        host.verdict === 'fail'
          ? `${node} is out as a machine: its host does not answer either. ${outage.consequence} Look at its power, its console or the cloud's own page; when it is gone for good, "kubectl delete node ${node}" lets StatefulSets start elsewhere.`
          : `Why ${node} does not report cannot be looked at: ${host.reason}. ${outage.consequence}`,
        story,
      );
    }

    const found = await diagnose({ node, kubelet, runtime });
    if (!found.restart) return handOverWith(`${found.statement} ${found.next ?? ''}`.trim(), story);
    if (found.onPurpose && outage.cordonedBy) {
      return handOverWith(
        `${found.statement} ${node} is cordoned by ${outage.cordonedBy}: somebody works on it, and it is left to them.`,
        story,
      );
    }

    const plan = await propose(
      `Restart ${found.restart} on ${node}`,
      [hosts.restartService({ host: node, unit: found.restart })],
      {
        because: [
          found.statement,
          outage.consequence,
          ...(found.onPurpose
            ? ['**It was stopped on purpose: ask whether somebody works on this host.**']
            : []),
          found.evidence.map((e) => `- ${e}`).join('\n'),
        ].join('\n\n'),
      },
    );
    await carryOut(await approve(plan, ASK));

    const within = { within: `${withinSeconds}s` } as const;
    const ready = await check(`${node} is Ready`, kubernetes.nodeReady, { node, readyFor: 10 }, within);
    if (ready === 'skipped') {
      const now = await diagnose({ node, kubelet, runtime });
      return handOverWith(
        `${found.restart} was restarted, and ${node} is still not Ready. ${now.statement}`,
        story,
      );
    }
    const pods = await check(`The pods on ${node} are ready`, () => podsAreBack(node), within);
    const resolved = new Date().toISOString();
    remind(`Why did ${found.restart} on ${node} stop? It was only restarted.`, {
      at: 'next working day 09:30',
      to: PLATFORM,
    });
    return writeUp(
      { ask: ASK, labels: [node] },
      {
        ...story,
        summary: `${node} was not Ready. ${found.statement} ${found.restart} was restarted, and the node reports again${pods === 'skipped' ? '; not all of its pods are ready' : ''}.`,
        rootCause: `${found.statement}\n\n${found.evidence.map((e) => `- ${e}`).join('\n')}\n\nWhy it came to that is not established by this run.`,
        followUps: [`Find out why ${found.restart} on ${node} stopped`],
        mitigated: pods === 'passed' ? resolved : undefined,
        resolved,
      },
    );
  },
});
