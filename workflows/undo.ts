import { attemptInTurn } from './attempt-in-turn.ts';
import { run } from './current-run.ts';
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
  if (answered.answer !== 'undo') return;
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
    } else entry.end('failed', { facts: { outcome: 'not undone', message: tried.message } });
  }
}
