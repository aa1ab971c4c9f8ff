import type { Io } from './io.ts';

/** Resolves at the first Ctrl-C, or at once when it came already. */
export const waitForInterrupt = ({ interrupted }: Pick<Io, 'interrupted'>): Promise<void> =>
  new Promise((resolve) => {
    if (interrupted.aborted) return resolve();
    // An abort listener does not keep the process alive.
    const alive = setInterval(() => {}, 3_600_000);
    interrupted.addEventListener('abort', () => {
      clearInterval(alive);
      resolve();
    });
  });
