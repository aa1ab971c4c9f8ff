/**
 * A Python service uses all the CPU it gets. A sampled profile names the function that it goes round in. In some pods only
 * it is what those pods were given, and new ones help; in all of them after a release it is the release; else it is handed
 * over with the place in the code.
 */
import { z } from 'zod';
import { kubernetes } from '../activities/kubernetes/contract.ts';
import { Name, Namespace, WorkloadKind } from '../activities/kubernetes/contract/identity.ts';
import {
  approve,
  carryOut,
  check,
  defineRunbook,
  eventually,
  finding,
  handOver,
  onAlert,
  propose,
  remind,
} from '../workflows/index.ts';
import { busyPods, hotFunction, whyUnmeasured } from './analysis/hot-loop.ts';
import { isHealthy } from './analysis/is-sick.ts';
import { previousOf } from './analysis/judge-release.ts';
import { podsOf, refOf } from './analysis/pods-of.ts';
import { isYoung } from './analysis/young-change.ts';
import { ASK, Patience, PLATFORM } from './platform-oncall.ts';

/** Fewer threads than this running at any moment, on average, are no loop. */
const BUSY = 0.5;
export default defineRunbook({
  id: 'python-hot-loop',
  title: 'A Python service uses all the CPU it gets',
  owner: PLATFORM,
  description:
    'Samples the busiest pod with py-spy, which does not stop it, and names the function that it goes round in. Where some pods only are busy, replaces those; where all are and the release is young, rolls it back; else hands over with the place in the code.',
  input: z.object({
    namespace: Namespace,
    kind: WorkloadKind.default('Deployment'),
    name: Name,
    container: Name.optional(),
    /** How long is sampled. */
    seconds: z.number().int().min(1).max(60).default(5),
    /** How long is waited for a busy pod to show in what is measured: a new one does so after half a minute. */
    measuredWithinSeconds: z.number().int().min(1).max(600).default(90),
    withinSeconds: Patience,
  }),
  triggers: [
    onAlert({ alertname: /^(PythonHotLoop|PythonProcessBusy)$/ }, ({ labels }) => ({
      namespace: labels.namespace ?? '',
      name: labels.deployment ?? labels.workload ?? '',
    })),
  ],
  correlationKey: ({ namespace, kind, name }) => `${namespace}/${kind}/${name}`,
  onRepeat: 'join',
  whenAlertResolves: 'stop-before-first-change',

  async run({ namespace, kind, name, container, seconds, measuredWithinSeconds, withinSeconds }) {
    const workload = { namespace, kind, name };
    const look = async () => {
      const [{ pods }, usage] = await Promise.all([
        kubernetes.listPods({ namespace, limit: 1000 }),
        kubernetes.podUsage({ namespace }),
      ]);
      const own = podsOf(pods, workload).filter(
        (p) => p.phase === 'Running' && p.condition !== 'terminating',
      );
      return { own, busy: busyPods(own, usage.pods), unmeasured: whyUnmeasured(own, usage) };
    };
    const measured = await eventually(
      `A pod of ${name} is measured as busy`,
      async () => {
        const now = await look();
        return now.own.length === 0 || now.busy?.busy[0] ? now : undefined;
      },
      { within: `${measuredWithinSeconds}s`, onFailure: 'continue' },
    );
    // The profile is worth having even where none is measured as busy.
    const { own, busy, unmeasured } = measured.ok ? measured.value : await look();
    const pod = busy?.busy[0]?.pod ?? own.find(isHealthy) ?? own[0];
    if (!pod) return handOver(`There is no running pod of ${kind} ${namespace}/${name} to look at.`);

    const sample = await propose(
      `Sample for ${seconds} s what ${pod.name} does`,
      [kubernetes.profilePython({ pod: refOf(pod), seconds, ...(container && { container }) })],
      { because: 'The program is read while it runs, and is not stopped for it.' },
    );
    const [profile] = await carryOut(await approve(sample, ASK));
    const hot = profile.verdict === 'pass' ? hotFunction(profile) : undefined;
    if (!hot) {
      return handOver(
        `What ${name} does is not known: ${profile.reason}. By hand: kubectl debug ${pod.name} -n ${namespace} --target=CONTAINER --profile=general --image=IMAGE -- py-spy dump --pid 1.`,
      );
    }
    const at = hot.at && ` (${hot.at})`;
    const words = `${pod.name} spends ${Math.round(hot.share * 100)}% of its time in ${hot.function}${at}, with ${profile.running} threads running on average`;
    finding(words, {
      evidence: {
        'the way there': profile.hotPath.map((place) => `${place.function} (${place.at})`),
        'its own code': profile.ownCode
          .slice(0, 5)
          .map((p) => `${Math.round(p.share * 100)}% ${p.function} (${p.at})`),
        kept: profile.artefacts.map((a) => `${a.name}, SHA-256 ${a.sha256}`),
      },
    });
    const place = { function: hot.function, at: hot.at, artefacts: profile.artefacts };
    if (profile.running < BUSY) {
      const found = `${words}: it is not busy, a loop is not what makes it slow`;
      return { over: true, found, ...place };
    }
    if (!busy) return handOver(`${words}. Which of its pods are busy is not known: ${unmeasured}.`, place);
    if (busy.busy.length === 0) {
      return handOver(
        `${words}, and no pod of ${name} uses a tenth of a core: it looks throttled at its CPU limit (runbook cpu-throttling).`,
        place,
      );
    }

    const { revisions, paused } = await kubernetes.rolloutHistory(workload);
    const current = revisions.find((r) => r.current);
    const previous = current && previousOf(current, revisions);
    const young = current && isYoung(current.created, new Date());
    if (busy.calm.length > 0) {
      const replace = await propose(
        `Replace ${busy.busy.length} of ${own.length} pods of ${name}, which go round in ${hot.function}`,
        busy.busy.map((b) => kubernetes.deletePod({ pod: refOf(b.pod), evenIfHealthy: true })),
        {
          because: `${words}. ${busy.calm.length} pods of the same code are calm: it is what these were given to do.`,
        },
      );
      await carryOut(await approve(replace, ASK));
    } else if (kind === 'Deployment' && !paused && young && previous) {
      const back = await propose(
        `Roll ${name} back from revision ${current.revision} to ${previous.revision}`,
        [
          kubernetes.rolloutUndo({
            ...{ namespace, deployment: name },
            ...{ toRevision: previous.revision, templateHash: previous.templateHash },
          }),
        ],
        {
          because: `${words}. All ${own.length} pods do, and revision ${current.revision} was made at ${current.created}.`,
        },
      );
      await carryOut(await approve(back, ASK));
    } else {
      return handOver(
        `${words}. All ${own.length} pods of ${name} are busy with it, and no release of the last hour explains it: it is for who knows that function.`,
        place,
      );
    }

    const within = { within: `${withinSeconds}s` } as const;
    const calmed = await check(
      `No pod of ${name} is as busy as before`,
      async () => {
        const now = await look();
        if (!now.busy) return { verdict: 'unknown' as const, reason: now.unmeasured };
        const before = busy.busy[0]?.millis ?? 0;
        const [still] = now.busy.busy;
        const verdict = still && still.millis >= before / 2 ? ('fail' as const) : ('pass' as const);
        const said = still ? `${still.pod.name} uses ${still.millis}m` : 'none is busy';
        return { verdict, reason: `${said}, before it was ${before}m` };
      },
      within,
    );
    if (calmed === 'skipped') {
      return handOver(`${name} is as busy as before: ${hot.function}${at} is still to be looked at.`, place);
    }
    remind(`Is the loop in ${hot.function}${at} of ${name} understood? It was only ended at night.`, {
      at: 'next working day 09:30',
      to: PLATFORM,
    });
    return place;
  },
});
