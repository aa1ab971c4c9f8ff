import { secondsBefore } from './figures.ts';
import type { PrometheusApi } from './http-api.ts';

/** One way to ask a question: whose, and the raw series behind it, filled in. */
interface Way {
  readonly exporter: string;
  readonly needs: string;
}

type WhoMeasures<W extends Way> =
  | {
      readonly state: 'measured';
      readonly by: W;
      /** Of its newest raw sample. */
      readonly ageSeconds: number;
    }
  | { readonly state: 'nobody' }
  | { readonly state: 'warnings'; readonly reason: string };

/** The first way whose samples are there and fresh; where none are fresh, the first whose samples are there. */
export async function whoMeasures<W extends Way>(
  api: PrometheusApi,
  o: {
    readonly ways: readonly W[];
    readonly maxAgeSeconds: number;
    readonly at: Date;
    readonly signal: AbortSignal;
  },
): Promise<WhoMeasures<W>> {
  const { ways, maxAgeSeconds, at, signal } = o;
  const scraped = await Promise.all(
    ways.map(({ needs }) => api.instant({ query: `max(timestamp(${needs}))`, at, signal })),
  );
  const there = ways.flatMap((by, i) => {
    const { data } = scraped[i]!;
    const text = data.resultType === 'vector' ? data.result[0]?.value[1] : undefined;
    const age = text === undefined ? Number.NaN : secondsBefore(at, text);
    return Number.isNaN(age) ? [] : [{ by, ageSeconds: Math.round(age * 10) / 10 }];
  });
  const first = there.find(({ ageSeconds }) => ageSeconds <= maxAgeSeconds) ?? there[0];
  // What is missing of a part may be what would have come before.
  const warnings = scraped.flatMap((s) => s.warnings);
  if (warnings.length > 0)
    return {
      state: 'warnings',
      reason: `Prometheus answered in part: ${[...new Set(warnings)].join('; ')}`,
    };
  return first ? { state: 'measured', ...first } : { state: 'nobody' };
}

/** The exporters with the names of their series, for whoever looks why none has any. */
export const namesOf = (ways: readonly Way[]): string =>
  ways.map((w) => `${w.exporter} (${/^[^{]*?(\w+)\{/.exec(w.needs)?.[1] ?? w.needs})`).join(', ');
