import { createColors } from 'picocolors';
import type { Risk } from '../../activities/kit/index.ts';

type Paint = (text: string) => string;

/** What a rendering function needs to know about where it is read. */
export interface Screen {
  readonly width: number;
  readonly now: Date;
  /** IANA name of the reader's time zone. */
  readonly timeZone: string;
  readonly paint: {
    readonly bold: Paint;
    readonly dim: Paint;
    readonly red: Paint;
    readonly green: Paint;
    readonly yellow: Paint;
    readonly cyan: Paint;
  };
}

export function createScreen(s: { width: number; colour: boolean; now: Date; timeZone: string }): Screen {
  const { bold, dim, red, green, yellow, cyan } = createColors(s.colour);
  return { width: s.width, now: s.now, timeZone: s.timeZone, paint: { bold, dim, red, green, yellow, cyan } };
}

/** Colour never carries the meaning alone: the word is always printed too. */
export function paintRisk(risk: Risk, { paint }: Screen): string {
  if (risk === 'irreversible') return paint.bold(paint.red('IRREVERSIBLE'));
  if (risk === 'disruptive') return paint.red(risk);
  if (risk === 'reversible') return paint.yellow(risk);
  return paint.green(risk);
}
