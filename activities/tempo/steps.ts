import type { ImplementedStep } from '../kit/index.ts';
import { createTraceSteps, type TraceStepsOptions } from '../jaeger/steps.ts';
import { TempoApi, type TempoConnection } from './http-api.ts';

/** The steps about traces against one Tempo. */
export const createTempoSteps = ({
  requestIdTags,
  ...connection
}: TraceStepsOptions & TempoConnection): ImplementedStep[] =>
  createTraceSteps(new TempoApi(connection), { requestIdTags });
