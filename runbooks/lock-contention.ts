/**
 * A Go service waits for its own locks: it is slow, and its CPU is idle meanwhile. A mutex profile says who keeps the
 * others waiting. Nothing is changed: what helps is in the code, or a release that is rolled back.
 */
import { z } from 'zod';
import { kubernetes } from '../activities/kubernetes/contract.ts';
import { Name, Namespace, WorkloadKind } from '../activities/kubernetes/contract/identity.ts';
import { approve, carryOut, defineRunbook, finding, handOver, onAlert, propose } from '../workflows/index.ts';
import { isHealthy } from './analysis/is-sick.ts';
import { podsOf, refOf } from './analysis/pods-of.ts';
import { lockHolder } from './analysis/lock-holder.ts';
import { ASK, PLATFORM } from './platform-oncall.ts';

export default defineRunbook({
  id: 'lock-contention',
  title: 'A Go service waits for its own locks',
  owner: PLATFORM,
  description:
    'Takes a mutex profile of one pod through a forwarded port and names the function that keeps the others waiting. The flame graph and the profile are kept. Changes nothing; hands over with the place in the code.',
  input: z.object({
    namespace: Namespace,
    kind: WorkloadKind.default('Deployment'),
    name: Name,
    /** Where net/http/pprof listens. */
    port: z.number().int().min(1).max(65_535).default(6060),
    /** How long is measured. */
    seconds: z.number().int().min(1).max(30).default(5),
  }),
  triggers: [
    onAlert({ alertname: /^(GoMutexWaitHigh|GoLockContention)$/ }, ({ labels }) => ({
      namespace: labels.namespace ?? '',
      name: labels.deployment ?? labels.workload ?? '',
    })),
  ],
  correlationKey: ({ namespace, kind, name }) => `${namespace}/${kind}/${name}`,
  onRepeat: 'join',
  whenAlertResolves: 'stop-before-first-change',

  async run({ namespace, kind, name, port, seconds }) {
    const { pods } = await kubernetes.listPods({ namespace, limit: 1000 });
    const own = podsOf(pods, { kind, name });
    const pod = own.find(isHealthy) ?? own[0];
    if (!pod) return handOver(`There is no pod of ${kind} ${namespace}/${name} to look at.`);

    const plan = await propose(
      `Measure for ${seconds} s who waits for whom in ${pod.name}`,
      [kubernetes.profileGo({ pod: refOf(pod), port, kind: 'mutex', seconds })],
      { because: `${own.length} pods of ${name} run the same code; one of them is measured.` },
    );
    const [profile] = await carryOut(await approve(plan, ASK));
    if (profile.verdict !== 'pass') {
      return handOver(
        `Who waits for a lock in ${name} is not known: ${profile.reason}. By hand: go tool pprof http://localhost:${port}/debug/pprof/mutex with kubectl port-forward ${pod.name} ${port} -n ${namespace}.`,
      );
    }
    const { waiting, holder, words } = lockHolder(profile, { seconds });
    finding(words, {
      evidence: {
        'in the program’s own code': profile.ownCode.slice(0, 5).map(line),
        'where it waits': profile.top.slice(0, 5).map(line),
        ...(profile.artefacts.length > 0 && {
          kept: profile.artefacts.map((a) => `${a.name}, SHA-256 ${a.sha256}`),
        }),
      },
    });
    if (!holder) return { over: true, found: words, waiting };
    return handOver(
      `${words}. What helps is to hold that lock for less long, or the release before it; both are for who knows ${name}.`,
      { function: holder.function, at: holder.at, waiting, artefacts: profile.artefacts },
    );
  },
});

const line = (place: { readonly function: string; readonly at: string; readonly share: number }) =>
  `${Math.round(place.share * 100)}% ${place.function}${place.at && ` (${place.at})`}`;
