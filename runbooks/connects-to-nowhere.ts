/**
 * A service is slow or failing because it tries again and again to reach an address where nobody answers. strace counts
 * what it does and names the address, whatever the program is written in; whose address that is, and which release brought
 * it in, is looked up.
 */
import { z } from 'zod';
import { kubernetes } from '../activities/kubernetes/contract.ts';
import { Name, Namespace } from '../activities/kubernetes/contract/identity.ts';
import {
  approve,
  carryOut,
  check,
  defineRunbook,
  finding,
  handOver,
  onAlert,
  propose,
  remind,
} from '../workflows/index.ts';
import { broughtIn, deadAddress, serviceAt } from './analysis/dead-address.ts';
import { previousOf } from './analysis/judge-release.ts';
import { podsOf, refOf } from './analysis/pods-of.ts';
import { ASK, Patience, PLATFORM } from './platform-oncall.ts';

export default defineRunbook({
  id: 'connects-to-nowhere',
  title: 'A service connects to an address where nobody answers',
  owner: PLATFORM,
  description:
    'Asks for a few seconds of strace in one pod, names the address that it never reaches and how that fails, and whose it is. Where a release changed an environment variable to it, sets the variable back; else hands over with the address.',
  input: z.object({
    namespace: Namespace,
    deployment: Name,
    container: Name.optional(),
    /** How long it is traced, twice. */
    seconds: z.number().int().min(1).max(30).default(5),
    withinSeconds: Patience,
  }),
  triggers: [
    onAlert({ alertname: /^(UpstreamUnreachable|ConnectionRetriesHigh)$/ }, ({ labels }) => ({
      namespace: labels.namespace ?? '',
      deployment: labels.deployment ?? labels.workload ?? '',
    })),
  ],
  correlationKey: ({ namespace, deployment }) => `${namespace}/${deployment}`,
  onRepeat: 'join',
  whenAlertResolves: 'stop-before-first-change',

  async run({ namespace, deployment, container, seconds, withinSeconds }) {
    const workload = { namespace, kind: 'Deployment' as const, name: deployment };
    const { pods } = await kubernetes.listPods({ namespace, limit: 1000 });
    const own = podsOf(pods, workload).filter((p) => p.phase === 'Running' && p.condition !== 'terminating');
    const [pod] = own;
    if (!pod) return handOver(`There is no running pod of Deployment ${namespace}/${deployment} to look at.`);

    const program = { pod: refOf(pod), seconds, ...(container && { container }) };
    const trace = await propose(
      `Trace the system calls of ${pod.name} for ${2 * seconds} s`,
      [kubernetes.profileSyscalls(program), kubernetes.traceConnects(program)],
      {
        because: `Where ${deployment} waits is not known without it. ${own.length} pods run the same code; one of them is slowed down.`,
      },
    );
    const [counted, connects] = await carryOut(await approve(trace, ASK));
    finding(`What ${pod.name} asks of the kernel: ${counted.reason}`, {
      evidence: counted.syscalls
        .slice(0, 10)
        .map((s) => `${s.name}: ${s.calls} calls, ${s.errors} failed, ${s.seconds} s`),
    });
    if (connects.peers.length === 0) {
      return handOver(`Where ${deployment} connects to is not known: ${connects.reason}.`, {
        syscalls: counted.syscalls.slice(0, 10),
      });
    }
    finding(connects.reason, {
      evidence: connects.peers
        .slice(0, 10)
        .map((p) => `${p.to}: ${p.connected} of ${p.tries} connects came up ${JSON.stringify(p.failed)}`),
    });
    const dead = deadAddress(connects.peers);
    if (!dead) return { over: true, found: connects.reason };

    const [{ services, truncated }, { revisions, paused }] = await Promise.all([
      kubernetes.listServices({ limit: 500 }),
      kubernetes.rolloutHistory(workload),
    ]);
    const service = serviceAt(services, dead.to);
    const whose = service
      ? `It is Service ${service.namespace}/${service.name}, with ${Math.max(0, ...service.ports.map((p) => p.readyEndpoints))} ready endpoints`
      : `No Service${truncated ? ' of the 500 newest' : ''} has that address`;
    const current = revisions.find((r) => r.current);
    const previous = current && previousOf(current, revisions);
    const { differences } = previous
      ? await kubernetes.compareRevisions({ ...workload, from: previous.revision, to: current.revision })
      : { differences: [] };
    const change = broughtIn(differences, dead.to);
    const found = { address: dead.to, tries: dead.tries, failed: dead.failed };
    if (service || !change?.isWhole || paused) {
      const release = change
        ? `revision ${current?.revision} set ${change.variable} to ${change.after}, before it was ${change.before}${change.isWhole ? '' : ', which is not shown whole: set it back by hand'}${paused ? `, and ${deployment} is paused` : ''}`
        : 'no environment variable that the last release changed names it';
      return handOver(`${connects.reason}. ${whose}; ${release}.`, found);
    }

    const back = await propose(
      `Set ${change.variable} of ${deployment}/${change.container} back to ${change.before}`,
      [
        kubernetes.setEnv({
          ...workload,
          container: change.container,
          env: { [change.variable]: change.before },
        }),
      ],
      {
        because: `${connects.reason}. ${whose}. Revision ${current?.revision} changed it from ${change.before} to ${change.after}.`,
      },
    );
    await carryOut(await approve(back, ASK));
    const complete = await check(
      `The rollout of ${deployment} is complete`,
      kubernetes.rolloutStatus,
      workload,
      { within: `${withinSeconds}s` },
    );
    if (complete === 'skipped') {
      return handOver(
        `${change.variable} of ${deployment} is ${change.before} again, and it does not come up.`,
        found,
      );
    }
    remind(
      `Is ${change.variable} of ${deployment} also ${change.before} where its manifest comes from? It named ${dead.to}, where nobody answers.`,
      { at: 'next working day 09:30', to: PLATFORM },
    );
    return { ...found, variable: change.variable, from: change.after, to: change.before };
  },
});
