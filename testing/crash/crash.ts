/**
 * The points at which a worker can die, and the death itself: at the point the work ends with an error, as the server
 * reports it of a worker that it lost, and nothing that comes after it in that piece of work happens.
 */

/** Thrown at the point. Nothing in the product knows it: it is treated as a lost worker is. */
class WorkerDied extends Error {
  override readonly name = 'WorkerDied';
}

export class Crash {
  /** Every point that was come by, in order of the first time. */
  readonly points: string[] = [];
  readonly #at: string | undefined;
  happened = false;

  /** `at` is one of the points of another play of the same scenario; undefined: nobody dies. */
  constructor(at?: string) {
    this.#at = at;
  }

  /** The work has come to this point. Throws where the worker is to die there, once. */
  comesTo(point: string): void {
    if (!this.points.includes(point)) this.points.push(point);
    if (this.happened || point !== this.#at) return;
    this.happened = true;
    throw new WorkerDied(`the worker died: ${point}`);
  }
}
