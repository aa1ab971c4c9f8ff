import { cleanLine } from '../render/clean.ts';
import { fit } from '../render/layout.ts';
import { took } from '../render/time.ts';
import { createLiveArea, createPlainArea } from '../watch/live-area.ts';
import type { Io } from './io.ts';

/** Told what a stage is doing at the moment. */
export type Detail = (text: string) => void;

export interface Progress {
  /** Runs one stage: a line that counts seconds while it lasts, and stays with its length when it is done. */
  stage<T>(name: string, work: (detail: Detail) => Promise<T>): Promise<T>;
  /** What the stage that began last is doing at the moment. */
  detail(text: string): void;
  /** A line that stays. */
  say(...lines: string[]): void;
  /** Seconds since the progress began. */
  sinceStart(): number;
}

/**
 * Progress on a stream: several stages may run at once. On a terminal each has a line that counts; in a pipe a stage
 * prints one line when it is done, and long ones what they do every ten seconds.
 */
export function createProgress(io: Pick<Io, 'redraws' | 'screen' | 'stdout'>): Progress {
  const began = Date.now();
  const area = io.redraws ? createLiveArea(io.stdout) : createPlainArea(io.stdout);
  const running = new Map<string, { since: number; detail: string; told: number }>();
  let timer: NodeJS.Timeout | undefined;

  const draw = () => {
    const { paint, width } = io.screen();
    area.show(
      [...running].map(([name, { since, detail }]) =>
        paint.cyan(
          fit(`… ${name}, ${Math.floor((Date.now() - since) / 1000)} s${detail && `: ${detail}`}`, width - 1),
        ),
      ),
    );
    if (io.redraws) return;
    for (const [name, stage] of running) {
      if (Date.now() - stage.told < 10_000) continue;
      stage.told = Date.now();
      area.print([
        `… ${name}, ${Math.floor((Date.now() - stage.since) / 1000)} s${stage.detail && `: ${stage.detail}`}`,
      ]);
    }
  };
  const end = (name: string, sign: string) => {
    const stage = running.get(name);
    running.delete(name);
    area.print([`${sign} ${name} (${took(Date.now() - (stage?.since ?? Date.now()))})`]);
    draw();
    if (running.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };

  return {
    async stage(name, work) {
      const stage = { since: Date.now(), detail: '', told: Date.now() };
      running.set(name, stage);
      timer ??= setInterval(draw, 1000);
      draw();
      try {
        const result = await work((text) => {
          stage.detail = cleanLine(text);
          draw();
        });
        end(name, io.screen().paint.green('✔'));
        return result;
      } catch (error) {
        end(name, io.screen().paint.red('✘'));
        throw error;
      }
    },
    detail: (text) => {
      const last = [...running.values()].at(-1);
      if (last) last.detail = cleanLine(text);
      draw();
    },
    say: (...lines) => area.print(lines),
    sinceStart: () => (Date.now() - began) / 1000,
  };
}
