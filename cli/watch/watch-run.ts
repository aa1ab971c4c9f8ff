import type { ApiClient, WatchedEvent } from '../../gateway/api-client.ts';
import type { QuestionView } from '../../gateway/api/questions.ts';
import type { RunDetail } from '../../gateway/api/runs.ts';
import { cleanLine } from '../render/clean.ts';
import type { Io } from '../terminal/io.ts';
import { createLiveArea, createPlainArea } from './live-area.ts';
import { nowLines } from './now.ts';
import { newLines, NOTHING_PRINTED } from './story.ts';

export interface Watching {
  readonly api: Pick<ApiClient, 'watch'>;
  readonly io: Io;
  readonly workflowId: string;
  /**
   * Called for each question that opens, after it was printed. `closed` is aborted when the question closes otherwise.
   * What happens meanwhile is printed when it returns.
   */
  readonly onQuestion?: ((question: QuestionView, closed: AbortSignal) => Promise<void>) | undefined;
}

/** Follows a run until it ends: its story line by line, and below it, on a terminal, what it does now. */
export async function watchRun({ api, io, workflowId, onQuestion }: Watching): Promise<RunDetail> {
  const area = io.redraws ? createLiveArea(io.stdout) : createPlainArea(io.stdout);
  let printed = NOTHING_PRINTED;
  let latest: RunDetail | undefined;
  let asking: Promise<void> | undefined;
  let broken = false;
  const dealtWith = new Set<string>();
  const open = new Map<string, AbortController>();

  const draw = () => {
    if (!latest || asking) return;
    const screen = io.screen();
    const { lines, printed: next } = newLines(printed, latest, screen);
    printed = next;
    area.print(lines);
    area.show(nowLines(latest, screen));
  };

  const ask = () => {
    if (!onQuestion || asking || !latest) return;
    const question = latest.questions.find((q) => q.status === 'open' && !dealtWith.has(q.question.id));
    if (!question) return;
    dealtWith.add(question.question.id);
    const closed = new AbortController();
    open.set(question.question.id, closed);
    area.clear();
    asking = onQuestion(question, closed.signal).finally(() => {
      asking = undefined;
      open.delete(question.question.id);
      draw();
      ask();
    });
    // A failure is thrown where the loop awaits it.
    asking.catch(() => {});
  };

  const take = (event: WatchedEvent) => {
    if (event.kind === 'reconnecting') {
      if (!broken) area.print([`… connection lost (${cleanLine(event.why)}); trying again`]);
      broken = true;
      return;
    }
    if (broken) area.print(['✔ connected again']);
    broken = false;
    latest = event.detail;
    for (const [id, closed] of open) {
      if (!latest.questions.some((q) => q.question.id === id && q.status === 'open')) closed.abort();
    }
    draw();
    ask();
  };

  const ticking = io.redraws ? setInterval(draw, 1000) : undefined;
  const failed = new AbortController();
  try {
    for await (const event of api.watch(workflowId, AbortSignal.any([io.interrupted, failed.signal]))) {
      take(event);
      asking?.catch((error: unknown) => failed.abort(error));
    }
    for (const closed of open.values()) closed.abort();
    await asking;
    draw();
  } finally {
    clearInterval(ticking);
    area.clear();
  }
  if (!latest) throw new Error(`the gateway told nothing about ${workflowId}`);
  return latest;
}
