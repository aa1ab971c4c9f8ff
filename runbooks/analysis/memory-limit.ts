const MiB = 1024 * 1024;

/**
 * kube-proxy's need, roughly: what a process with a handful of Services was seen to take, and what each Service and each
 * endpoint adds in a full sync (14 MB with a few, 31 MB at peak with 400 Services of 6 endpoints: 7 kB an endpoint;
 * rounded up).
 */
const BASE_BYTES = 20 * MiB;
const BYTES_PER_SERVICE = 4 * 1024;
const BYTES_PER_ENDPOINT = 10 * 1024;
const STEP_BYTES = 32 * MiB;

export interface MemoryNeed {
  readonly services: number;
  readonly readyEndpoints: number;
  /** The highest use that was seen, or the size at which the kernel killed it; undefined when nobody measured. */
  readonly peakBytes?: number | undefined;
  /** The limit in force; undefined when there is none. */
  readonly limitBytes?: number | undefined;
  /** True when the kernel killed the process at that limit: what it needs is more than it. */
  readonly killedAtLimit: boolean;
}

export interface MemoryRecommendation {
  readonly bytes: number;
  /** systemd's notation: `128M`. */
  readonly memoryMax: string;
  /** The sums, for the person who approves. */
  readonly reasoning: string;
}

/** A limit for kube-proxy: twice the larger of what was seen and what the Services ask for, in steps of 32 MiB. */
export function recommendedLimit(need: MemoryNeed): MemoryRecommendation {
  const estimate = BASE_BYTES + need.services * BYTES_PER_SERVICE + need.readyEndpoints * BYTES_PER_ENDPOINT;
  const seen = Math.max(need.peakBytes ?? 0, need.killedAtLimit ? (need.limitBytes ?? 0) : 0);
  const bytes = Math.ceil((2 * Math.max(estimate, seen)) / STEP_BYTES) * STEP_BYTES;
  const memoryMax = `${bytes / MiB}M`;
  const measured = seen > 0 ? `at least ${mebibytes(seen)} was needed already` : 'no peak was measured';
  return {
    bytes,
    memoryMax,
    reasoning:
      `${need.services} Services with ${need.readyEndpoints} ready endpoints ask for about ${mebibytes(estimate)}; ${measured}. ` +
      `Twice the larger, rounded up to a multiple of ${mebibytes(STEP_BYTES)}, is ${memoryMax}.`,
  };
}

/** The next limit to try after one that was too low: twice it, or the recommendation where that is more. */
export function higherLimit(tooLow: string, recommendedBytes = 0): string | undefined {
  const tried = bytesOf(tooLow);
  if (tried === undefined) return undefined;
  return `${Math.ceil(Math.max(2 * tried, recommendedBytes) / MiB)}M`;
}

/** Bytes of systemd's notation (base 1024); undefined for `infinity`. */
function bytesOf(memoryMax: string): number | undefined {
  const match = /^(\d+)([KMGT]?)$/.exec(memoryMax);
  if (!match) return undefined;
  return Number(match[1]) * 1024 ** ['', 'K', 'M', 'G', 'T'].indexOf(match[2] ?? '');
}

/** systemd's notation as a manifest has it: `96M`, which counts in 1024, is `96Mi`. `null` (no limit) for `infinity`. */
export const quantityOf = (memoryMax: string): string | null =>
  memoryMax === 'infinity' ? null : memoryMax.replace(/[KMGT]$/, (unit) => `${unit}i`);

/** Bytes as people read them: `20 MiB`. */
export const mebibytes = (bytes: number): string => `${Number((bytes / MiB).toFixed(1))} MiB`;
