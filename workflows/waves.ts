import { shareOf, type Share } from '../activities/kit/index.ts';

export interface WaveSizes {
  /** How many targets go first, alone. 1 when absent. */
  readonly canary?: number;
  /** Each wave is so many times as large as the one before. 2 when absent; 1 keeps all waves as large as the canary. */
  readonly ramp?: number;
  /** The most targets that are away at once, as a number or as a share of all: `3`, `'25%'`. A share is one at least. */
  readonly maxUnavailable: Share;
}

/** Cuts the targets into waves, in order. Throws a RangeError that names the option that makes no sense. */
export function wavesOf<T>(
  targets: readonly T[],
  { canary = 1, ramp = 2, maxUnavailable }: WaveSizes,
): readonly (readonly T[])[] {
  if (!Number.isInteger(canary) || canary < 1)
    throw new RangeError(`canary: ${canary}; write how many targets go first, at least 1`);
  if (!(ramp >= 1)) throw new RangeError(`ramp: ${ramp}; write 1 for waves of one size, or more`);
  const most = shareOf(maxUnavailable, targets.length);
  if (most < 1) throw new RangeError(`maxUnavailable: ${maxUnavailable}; nothing could ever be changed`);
  const waves: (readonly T[])[] = [];
  for (let from = 0, size = canary; from < targets.length; size = Math.max(1, size * ramp)) {
    const wave = targets.slice(from, from + Math.min(Math.floor(size), most));
    waves.push(wave);
    from += wave.length;
  }
  return waves;
}
