/** What a lab brings up only where something asks for it: it takes memory and seconds that most of the lab has no use for. */
import { resolveBinary } from '../../embedded/binaries/index.ts';
import type { LabDetails } from '../details.ts';
import type { OnProgress } from '../events.ts';
import { layoutOf, type Layout } from '../layout.ts';
import { isRunning, readPart, tailOfLog } from '../machine/background.ts';
import { signalProcess } from '../machine/process-table.ts';
import { until } from '../machine/until.ts';
import { jaegerUrl, otlpUrl, startJaeger } from './jaeger.ts';
import { lokiUrl, startLoki } from './loki.ts';

export const ON_DEMAND = ['loki', 'jaeger'] as const;
export type OnDemand = (typeof ON_DEMAND)[number];

interface Part {
  readonly start: (layout: Layout, of: { readonly binary: string }) => void;
  /** Answers 2xx once it takes questions. */
  readonly ready: (layout: Layout) => string;
  readonly details: (layout: Layout) => Pick<LabDetails, OnDemand>;
}

const PARTS: Readonly<Record<OnDemand, Part>> = {
  loki: {
    start: startLoki,
    ready: (layout) => `${lokiUrl(layout)}/ready`,
    details: (layout) => ({ loki: { url: lokiUrl(layout) } }),
  },
  jaeger: {
    start: startJaeger,
    ready: (layout) => `${jaegerUrl(layout)}/api/services`,
    details: (layout) => ({ jaeger: { url: jaegerUrl(layout), otlp: otlpUrl(layout) } }),
  },
};

/** Loki waits for its parts one after the other; on a busy machine that takes its time. */
const READY_MS = 300_000;

/** Starts a part that does not run yet and waits until it takes questions. Answers the lab's details with its address. */
export async function startOnDemand(
  details: LabDetails,
  part: OnDemand,
  onProgress: OnProgress,
): Promise<LabDetails> {
  const layout = layoutOf(details);
  const { start, ready, details: detailsOf } = PARTS[part];
  if (!isRunning(layout.stateDirectory, part)) {
    const binary = await resolveBinary(part, {
      onProgress: ({ name, phase, detail }) =>
        onProgress({
          kind: 'note',
          stage: part,
          message: `${name}: ${phase}${detail ? ` (${detail})` : ''}`,
        }),
    });
    start(layout, { binary });
  }
  await until(
    `${part} takes questions`,
    async () => {
      if (!isRunning(layout.stateDirectory, part)) return true;
      return (await fetch(ready(layout), { signal: AbortSignal.timeout(5_000) })).ok;
    },
    { within: READY_MS },
  );
  if (!isRunning(layout.stateDirectory, part))
    throw new Error(`${part} ended while it started:\n${tailOfLog(layout.stateDirectory, part)}`);
  return { ...details, ...detailsOf(layout) };
}

/** Ends a part. Answers the lab's details without it. */
export async function endOnDemand(details: LabDetails, part: OnDemand): Promise<LabDetails> {
  const { stateDirectory } = details;
  const recorded = readPart(stateDirectory, part);
  if (recorded) signalProcess(recorded.process, 'SIGKILL');
  await until(`${part} has ended`, () => !isRunning(stateDirectory, part), { within: 180_000, every: 20 });
  const { [part]: _, ...others } = details;
  return others;
}
