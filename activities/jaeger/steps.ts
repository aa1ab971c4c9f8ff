import type { Connection } from '../http/get-text.ts';
import { implementRead, type ImplementedStep } from '../kit/index.ts';
import { jaeger } from './contract.ts';
import { findTrace } from './find-trace.ts';
import { JaegerApi } from './http-api.ts';
import { errorsBy, slowest } from './operations.ts';

export interface JaegerStepsOptions extends Connection {
  /** The tags in which services keep the id of a request. */
  readonly requestIdTags: readonly string[];
}

/** The Jaeger steps against one server. */
export function createJaegerSteps({ requestIdTags, ...connection }: JaegerStepsOptions): ImplementedStep[] {
  const api = new JaegerApi(connection);
  return [
    implementRead(jaeger.trace, (input, { signal }) =>
      findTrace(api, { input, requestIdTags, at: new Date(), signal }),
    ),
    implementRead(jaeger.slowest, (input, { signal }) => slowest(api, { input, at: new Date(), signal })),
    implementRead(jaeger.errorsBy, (input, { signal }) => errorsBy(api, { input, at: new Date(), signal })),
  ];
}
