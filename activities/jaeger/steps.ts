import type { Connection } from '../http/get-text.ts';
import { implementRead, type ImplementedStep } from '../kit/index.ts';
import { jaeger } from './contract.ts';
import { findTrace } from './find-trace.ts';
import { JaegerApi } from './http-api.ts';
import { errorsBy, slowest } from './operations.ts';
import type { TraceStore } from './trace-store.ts';

export interface TraceStepsOptions {
  /** The tags in which services keep the id of a request. */
  readonly requestIdTags: readonly string[];
}

/** The steps against one Jaeger. */
export const createJaegerSteps = ({
  requestIdTags,
  ...connection
}: TraceStepsOptions & Connection): ImplementedStep[] =>
  createTraceSteps(new JaegerApi(connection), { requestIdTags });

/** The steps against whatever keeps the traces. */
export const createTraceSteps = (
  store: TraceStore,
  { requestIdTags }: TraceStepsOptions,
): ImplementedStep[] => [
  implementRead(jaeger.trace, (input, { signal }) =>
    findTrace(store, { input, requestIdTags, at: new Date(), signal }),
  ),
  implementRead(jaeger.slowest, (input, { signal }) => slowest(store, { input, at: new Date(), signal })),
  implementRead(jaeger.errorsBy, (input, { signal }) => errorsBy(store, { input, at: new Date(), signal })),
];
