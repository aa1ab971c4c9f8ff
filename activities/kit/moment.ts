const LATEST_MS = Date.UTC(10_000, 0) - 1;

/** Whether milliseconds since 1970 are a moment that anybody can write down: no later than the year 9999. `NaN` is none. */
export const isMoment = (ms: number): boolean => ms >= 0 && ms <= LATEST_MS;
