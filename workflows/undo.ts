import { attemptInTurn } from './attempt-in-turn.ts';
import { run } from './current-run.ts';
import type { Order } from './engine-activities.ts';
import { leave } from './leave.ts';
import { ask } from './questions.ts';

/**
 * After a run that did not end well: offers to undo what it carried out, newest first, from the states before. The
 * undos were shown with their plans and are covered by their grants while their preconditions hold.
 */
export async function offerUndo(why: string): Promise<void> {
  const undoable = run.carriedOut.filter((c) => c.change.undo);
  if (undoable.length === 0) return;
  const lines = undoable.map((c) => `- ${c.change.undo!.summary} (undoes: ${c.change.summary})`);
  const answered = await ask({
    kind: 'undo',
    title: `Undo what the run changed?`,
    body: `The run ended early: ${why}. It has changed and not put back:\n\n${lines.join('\n')}`,
    options: [
      { answer: 'undo', meaning: 'undo these, newest first' },
      { answer: 'leave', meaning: 'leave them; they are listed as leftovers' },
    ],
    from: [run.owner],
    quorum: 1,
    within: '1 hour',
    silence: 'Without an answer by then they stay, and are listed as leftovers.',
  });
  if (answered.answer !== 'undo') {
    for (const { change } of undoable) await leave(change, { why: `not undone: ${why}` });
    return;
  }
  for (const { plan, position, change } of undoable) {
    const undo = change.undo!;
    const entry = run.journal.begin({
      kind: 'change',
      name: undo.step,
      text: undo.summary,
      facts: { target: undo.target, undoes: change.summary },
    });
    const tried = await attemptInTurn(plan, { kind: 'undo', index: position.index });
    if (tried.state === 'done') {
      entry.end('ok', { facts: { outcome: tried.outcome } });
      run.carriedOut.splice(
        run.carriedOut.findIndex((c) => c.change === change),
        1,
      );
    } else {
      entry.end('failed', { facts: { outcome: 'not undone', message: tried.message } });
      await leave(change, { why: `not undone: ${tried.message}` });
    }
  }
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
