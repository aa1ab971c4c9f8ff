/** Objects of a cluster: one of them by name, those of a selector, or all of a namespace or the cluster. */
export interface Watched {
  /** As kubectl writes it: `pods`, `deployments.apps`. */
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly selector?: string | undefined;
}

/**
 * Hears of changes to what a read looks at, so that whoever waits looks again at once and not at the next poll. It only
 * ever wakes: what is true is read, and where nothing is heard, because the watch broke or is not allowed, it says so.
 */
export interface Following {
  /** Whether changes are heard of, from now on. */
  readonly begun: Promise<boolean>;
  /** The next change since the last call; `quiet` when none came in time, `lost` when none would be heard of any more. */
  next(o: { readonly withinMs: number; readonly signal: AbortSignal }): Promise<'changed' | 'quiet' | 'lost'>;
  end(): void;
}
