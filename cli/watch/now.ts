import type { RunDetail } from '../../gateway/api/runs.ts';
import { cleanLine } from '../render/clean.ts';
import { fit } from '../render/layout.ts';
import { waitsText, waitText } from '../render/run.ts';
import type { Screen } from '../render/screen.ts';
import { elapsed } from '../render/time.ts';

const MOST_STEPS = 3;

/** The lines that change while one looks: what runs now and for how long, and what or whom the run waits for until when. */
export function nowLines({ run, state, note }: RunDetail, screen: Screen): string[] {
  const line = (text: string) => fit(text, screen.width - 1);
  if (!state)
    return [
      line(`… ${cleanLine(note ?? (run.status === 'received' ? 'not started yet' : 'no answer yet'))}`),
    ];
  const held = waitsText(run, screen);
  const running = state.journal.filter((entry) => entry.status === 'running');
  const more = running.length - MOST_STEPS;
  const wait = state.waitingFor;
  const since = (at: string) => elapsed(screen.now.getTime() - new Date(at).getTime());
  return [
    ...running
      .slice(0, MOST_STEPS)
      .map((entry) => screen.paint.cyan(line(`… ${cleanLine(entry.text)}, ${since(entry.at)}`))),
    ...(more > 0 ? [line(`  and ${more} more`)] : []),
    ...(held ? [screen.paint.yellow(line(`⏸ waits: ${held}`))] : []),
    ...(wait ? [screen.paint.yellow(line(`⏸ ${waitText(wait, screen)}`))] : []),
    ...(!wait && !held && running.length === 0 ? [line(`… ${cleanLine(state.doing)}`)] : []),
  ];
}
