const YOUNG_MS = 60 * 60_000;

/** A change of the last hour may be what began tonight's trouble; an older one has had its chance. */
export const isYoung = (at: string, now: Date): boolean => now.getTime() - Date.parse(at) < YOUNG_MS;
