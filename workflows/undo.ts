import { isAtLeast } from '../activities/kit/index.ts';
import { attempt } from './attempt.ts';
import { attemptInTurn } from './attempt-in-turn.ts';
import type { CarriedOut } from './carry-out-one.ts';
import { run } from './current-run.ts';
import type { Order } from './engine-activities.ts';
import { leave } from './leave.ts';
import { putBackAll } from './put-back.ts';
import { ask } from './questions.ts';
import { approvedAnew } from './way-back-anew.ts';

/**
 * After a run that did not end well: offers to undo what it carried out, newest first, from the states before. The
 * undos were shown with their plans and are covered by their grants while their preconditions hold; where they do not,
 * each is planned anew and asked for by itself, before the next. What has no undo is named, and so is what could not be
 * put back: its check has not passed, and no undo goes past it.
 */
export async function offerUndo(why: string): Promise<void> {
  const undoable = run.carriedOut.filter((c) => c.change.undo);
  const lasting = run.carriedOut.filter(isLasting);
  const stays = lasting.map((c) => c.change.summary);
  if (undoable.length === 0) {
    if (stays.length)
      run.journal.say({ kind: 'note', name: 'no undo', text: `There is no undo for: ${stays.join('; ')}` });
    return;
  }
  const lines = undoable.map((c) => `- ${c.change.undo!.summary} (undoes: ${c.change.summary})`);
  const last = stays.map((summary) => `- ${summary}`);
  const refused = run.notPutBack.map((why) => `- ${why}`);
  const answered = await ask({
    kind: 'undo',
    title: `Undo what the run changed?`,
    body: [
      `The run ended early: ${why}. It has changed and not put back:\n\n${lines.join('\n')}`,
      ...(refused.length
        ? [
            `The following was not put back, is not part of this, and is listed as left:\n\n${refused.join('\n')}`,
          ]
        : []),
      ...(last.length ? [`There is no undo for the following; it stays:\n\n${last.join('\n')}`] : []),
    ].join('\n\n'),
    options: [
      { answer: 'undo', meaning: 'undo these, newest first' },
      { answer: 'leave', meaning: 'leave them; they are listed as leftovers' },
    ],
    from: [run.owner],
    quorum: 1,
    within: '1 hour',
    silence: 'Without an answer by then they stay, and are listed as leftovers.',
  });
  for (const done of undoable)
    if (answered.answer === 'undo') await undo(done);
    else await leave(done.change, { why: `not undone: ${why}` });
}

/** Word to people cannot be taken back, and needs not be; what was added to look at something is gone with the look. */
const isLasting = ({ change }: CarriedOut): boolean => !change.undo && isAtLeast(change.risk, 'reversible');

async function undo(done: CarriedOut): Promise<void> {
  const { plan, change } = done;
  const position = { kind: 'undo', index: done.position.index } as const;
  const inverse = change.undo!;
  const entry = run.journal.begin({
    kind: 'change',
    name: inverse.step,
    text: inverse.summary,
    facts: { target: inverse.target, undoes: change.summary },
  });
  const forget = () => void run.carriedOut.splice(run.carriedOut.indexOf(done), 1);
  const tried = await attemptInTurn(() => attempt(plan, position));
  if (tried.state === 'done') {
    entry.end('ok', { facts: { outcome: tried.outcome } });
    return forget();
  }
  const conflict = tried.state === 'conflict';
  const { message } = tried;
  entry.end('failed', { facts: { outcome: conflict ? 'conflict' : 'not undone', message } });
  if (!conflict) return leave(change, { why: `not undone: ${message}` });
  const again = await approvedAnew(
    [
      {
        granted: plan,
        position,
        proposed: { change: inverse, check: inverse.once },
        forget,
        leave: () => leave(change, { why: `not undone: ${message}` }),
      },
    ],
    { as: 'Undo', conflict: message },
  );
  if (again) await putBackAll(again);
}

/** After a stop nothing more is done, its undo neither: what the run changed is listed as left, with what would undo it. */
export async function leaveEverything({ by, reason }: Order): Promise<void> {
  for (const { change } of run.carriedOut.filter((c) => c.change.undo)) {
    await leave(change, { why: `the run was stopped by ${by}: ${reason}` });
    run.journal.say({
      kind: 'note',
      name: 'left',
      text: `Left as it is: ${change.summary}. The run may not undo it any more; look at ${change.target}, and undo it by hand: ${change.undo!.summary}`,
    });
  }
}
