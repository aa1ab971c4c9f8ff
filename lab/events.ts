/** What the lab tells while it works; the CLI prints it, tests keep it for the message of a failure. */
export interface LabEvent {
  /** `start` and `done` frame a stage; `note` is a fact on the way. */
  readonly kind: 'start' | 'done' | 'note';
  readonly stage: string;
  readonly message: string;
  /** Milliseconds the stage took; only with `done`. */
  readonly took?: number;
}

export type OnProgress = (event: LabEvent) => void;

/** Runs one stage between its `start` and `done` events. */
export async function stage<T>(
  onProgress: OnProgress,
  name: string,
  message: string,
  work: () => Promise<T> | T,
): Promise<T> {
  const began = performance.now();
  onProgress({ kind: 'start', stage: name, message });
  const result = await work();
  onProgress({ kind: 'done', stage: name, message, took: Math.round(performance.now() - began) });
  return result;
}
