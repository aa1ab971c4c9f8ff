/**
 * The engine's own runbook: what a run left behind, and nobody has put back in time, is put before its owner. It asks, plans
 * and puts back as any other run does, with a record of its own. The gateway starts it.
 */
import { z } from 'zod';
import { milliseconds, PlannedUndo } from '../activities/kit/index.ts';
import { approve } from './approve.ts';
import { ordinary } from './calls.ts';
import { run } from './current-run.ts';
import { defineRunbook } from './define-runbook.ts';
import { handOver } from './hand-over.ts';
import { now } from './journal.ts';
import { LEFT_BEHIND } from './messages.ts';
import { plan } from './propose.ts';
import { putBack } from './put-back.ts';
import { ask } from './questions.ts';
import { whatItsOwn } from './what-its-own.ts';

const OPTIONS = {
  'put-back': 'plan the way back now; it is shown to you before anything happens',
  'keep-a-day': 'it may stay; ask again in a day',
  'keep-a-week': 'it may stay; ask again in a week',
  gone: 'it is gone, or was put back by hand; take it off the list',
} as const;
const KEPT_FOR = { 'keep-a-day': '1 day', 'keep-a-week': '7 days' } as const;
const NO_LONGER_THERE = 'looking at the target shows that it is put back already';

export const leftBehind = defineRunbook({
  id: LEFT_BEHIND.runbook,
  title: LEFT_BEHIND.title,
  // Each run of it acts for the owner of what is left.
  owner: 'nobody',
  description: 'Asks the owner of what a run left behind, and puts it back.',
  input: z.object({
    id: z.string(),
    /** The run that left it. */
    of: z.string(),
    what: z.string(),
    why: z.string(),
    target: z.string(),
    owner: z.string(),
    since: z.iso.datetime(),
    undo: PlannedUndo.optional(),
    /** Its owner has said already that it is to be put back. */
    putBackNow: z.boolean(),
  }),
  correlationKey: ({ id }) => id,
  async run({ id, of, what, why, target, owner, since, undo, putBackNow }) {
    run.actsFor = owner;
    const facts = `**${what}** on ${target} since ${since}, by run ${of}: ${why}`;
    if (!putBackNow) {
      const { answer, people, reason } = await answered();
      const by = people.join(', ');
      if (answer === 'gone') {
        await ordinary.clearLeftover({ id, by, reason });
        return `${by}: it is gone`;
      }
      if (answer !== 'put-back') {
        const until = new Date(Date.now() + milliseconds(KEPT_FOR[answer])).toISOString();
        await ordinary.keepLeftover({ id, by, until, reason });
        return `${by}: it stays until ${until}`;
      }
    }
    if (!undo) throw new TypeError(`nothing is known that would take "${what}" away: do it by hand`);
    const wayBack = await plan({
      title: `Put back: ${undo.summary}`,
      because: facts,
      changes: [],
      putBacks: [
        { change: { ...undo, preconditions: whatItsOwn(undo.preconditions, of) }, check: undo.once },
      ],
    });
    if (wayBack.plannedPutBacks.every((p) => p.diff.length === 0)) {
      await ordinary.clearLeftover({ id, by: run.workflowId, reason: NO_LONGER_THERE });
      return NO_LONGER_THERE;
    }
    const granted = await approve(wayBack, { from: owner, within: '1 hour' });
    return (await putBack(granted))
      ? `${undo.summary}: ${now()}`
      : handOver(`${undo.summary}: not done, ${what} is still left`);

    async function answered() {
      const options = Object.entries(OPTIONS).filter(([answer]) => answer !== 'put-back' || undo);
      const given = await ask({
        kind: 'hold',
        title: `${what}: it is still left. What now?`,
        body: `${facts}\n\n${undo ? `What would take it away: ${undo.summary}` : 'Nothing is known that would take it away.'}`,
        options: options.map(([answer, meaning]) => ({ answer, meaning })),
        from: [owner],
        quorum: 1,
        silence: 'It stays, and the run waits.',
        remindEvery: '1 day',
      });
      if (given.answer === undefined) throw new TypeError('the question has no deadline');
      return { ...given, answer: given.answer as keyof typeof OPTIONS };
    }
  },
});
