/**
 * Something was deleted and does not go. Deletions wait for somebody: an API that says what there is, a kubelet that says
 * that a container has ended, a controller that cleans up first. That somebody is found and mended, one obstacle after the
 * other; force is the last resort, and never used on what Kubernetes itself protects.
 */
import { z } from 'zod';
import { Namespace } from '../activities/kubernetes/contract/identity.ts';
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
import { inWords, nameOf, waitsFor } from './analysis/stuck-deletion.ts';
import { ASK, Patience, PLATFORM } from './platform-oncall.ts';
import { look, outOfTheWay } from './stuck-terminating/look.ts';
import { mendFor } from './stuck-terminating/mend.ts';

/** So many things in the way of one deletion: a person should look. */
const MANY_OBSTACLES = 5;

export default defineRunbook({
  id: 'stuck-terminating',
  title: 'A pod or a namespace is stuck terminating',
  owner: PLATFORM,
  description:
    'Finds what a deletion waits for: an API that does not answer, a node, a finalizer and its controller. Restarts who should finish it, deletes the registration of an API that is gone, and takes a finalizer off only where nobody is left to do it. Hands over nodes and grace periods.',
  input: z.object({
    namespace: Namespace,
    /** How long a deletion may take by itself, in seconds. */
    afterSeconds: z.number().int().min(1).max(86_400).default(60),
    withinSeconds: Patience,
  }),
  triggers: [
    onAlert(
      { alertname: /^Kube(rnetes)?(Pod|Namespace)(Stuck)?(InTerminating|Terminating)$/ },
      ({ labels }) => ({ namespace: labels.namespace ?? '' }),
    ),
  ],
  correlationKey: ({ namespace }) => namespace,
  onRepeat: 'join',
  whenAlertResolves: 'stop-before-first-change',

  async run({ namespace, afterSeconds, withinSeconds }) {
    const lookNow = () => look({ namespace, afterSeconds });
    const mended: string[] = [];
    for (;;) {
      const { deletions, obstacle } = await lookNow();
      const { state, objects, says, notListed } = deletions;
      const evidence = [
        ...objects.slice(0, 20).map((o) => `${inWords(o)}; waits for ${waitsFor(o)}`),
        ...says.map((s) => `the namespace says ${s.type}: ${s.message}`),
        ...notListed.map((n) => `not looked at: ${n.resource}: ${n.reason}`),
      ];
      if (obstacle.kind === 'none') {
        const found =
          state === 'gone'
            ? `Namespace ${namespace} is gone.`
            : `Nothing in ${namespace} waits to be deleted.`;
        finding(found, { evidence: { state, mended } });
        if (mended.length === 0) return { over: true, found };
        remind(`Why did the deletion in ${namespace} need help (${mended.join('; ')})?`, {
          at: 'next working day 09:30',
          to: PLATFORM,
        });
        return { mended, state };
      }
      finding(
        obstacle.kind === 'unclear'
          ? `${objects.length} objects of ${namespace} (${state}) are being deleted, and nothing is seen in their way`
          : `${objects.length} objects of ${namespace} (${state}) are being deleted; in their way is ${nameOf(obstacle)}`,
        { evidence },
      );
      const mend = await mendFor(obstacle);
      if ('handOver' in mend) return handOver(mend.handOver, { mended, waiting: evidence });
      if (mended.length >= MANY_OBSTACLES) {
        return handOver(
          `${mended.length} obstacles were mended, and there is another: ${nameOf(obstacle)}.`,
          {
            mended,
            waiting: evidence,
          },
        );
      }
      const plan = await propose(mend.title, mend.changes, {
        because: `${mend.because}\n\nDo not empty the finalizers of the namespace itself by hand: what is in it would stay in the store, out of everybody's sight.`,
      });
      await carryOut(await approve(plan, ASK));
      mended.push(mend.title);
      const away = await check(
        `${nameOf(obstacle)} is out of the way`,
        async () => outOfTheWay(mend.mends, await lookNow()),
        { within: `${withinSeconds}s` },
      );
      if (away === 'skipped') {
        const now = await lookNow();
        return handOver(
          `${mend.title}: done, and ${outOfTheWay(mend.mends, now).reason}. Whoever it waits for says why in its log.`,
          { mended, waiting: now.deletions.objects.slice(0, 20).map(inWords) },
        );
      }
    }
  },
});
