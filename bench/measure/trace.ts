/**
 * Moments of the one run that is being measured: product code is not touched, what it is handed is wrapped. Runs are
 * measured one after the other, so one trace is enough.
 */
export interface Moment {
  readonly name: string;
  /** Milliseconds, `performance.now()`. */
  readonly at: number;
}

export class Trace {
  #moments: Moment[] = [];

  begin(): void {
    this.#moments = [];
  }

  mark(name: string): void {
    this.#moments.push({ name, at: performance.now() });
  }

  /** All moments of that name, in order. */
  all(name: string): readonly number[] {
    return this.#moments.filter((m) => m.name === name).map((m) => m.at);
  }

  /** The n-th moment of that name, counted from 0. Throws with what there is when it did not come. */
  at(name: string, n = 0): number {
    const at = this.all(name)[n];
    if (at === undefined) {
      const seen = this.#moments.map((m) => m.name).join(', ');
      throw new Error(`the run had no moment "${name}" number ${n}; it had: ${seen}`);
    }
    return at;
  }

  /** The same object whose asynchronous methods mark `name.method` when they are called and `name.method.end` when they have answered. */
  wrap<T extends object>(name: string, target: T): T {
    return new Proxy(target, {
      get: (from, key, receiver) => {
        const value: unknown = Reflect.get(from, key, receiver);
        if (typeof value !== 'function' || typeof key !== 'string') return value;
        return (...args: unknown[]): unknown => {
          this.mark(`${name}.${key}`);
          const answer: unknown = Reflect.apply(value, from, args);
          if (!(answer instanceof Promise)) return answer;
          return answer.finally(() => this.mark(`${name}.${key}.end`));
        };
      },
    });
  }
}
