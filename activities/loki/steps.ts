import { implementRead, type ImplementedStep } from '../kit/index.ts';
import { byRequestId } from './by-request-id.ts';
import { loki } from './contract.ts';
import { fresh } from './fresh.ts';
import { LokiApi, type LokiConnection } from './http-api.ts';
import { lines } from './lines.ts';
import { labelled } from './logql.ts';
import { patterns } from './patterns.ts';

export interface LokiStepsOptions extends LokiConnection {
  /** The label that names a namespace in this Loki's streams; `namespace` when absent. */
  readonly namespaceLabel?: string | undefined;
}

/** The Loki steps against one server. */
export function createLokiSteps({
  namespaceLabel: label = 'namespace',
  ...connection
}: LokiStepsOptions): ImplementedStep[] {
  const api = new LokiApi(connection);
  return [
    implementRead(loki.query, ({ expr, ...input }, { signal }) =>
      lines(api, { input: { ...input, expr: labelled(expr, label) }, at: new Date(), signal }),
    ),
    implementRead(loki.patterns, ({ expr, ...input }, { signal }) =>
      patterns(api, { input: { ...input, expr: labelled(expr, label) }, at: new Date(), signal }),
    ),
    implementRead(loki.fresh, (input, { signal }) => fresh(api, { input, label, at: new Date(), signal })),
    implementRead(loki.byRequestId, (input, { signal }) =>
      byRequestId(api, { input, label, at: new Date(), signal }),
    ),
  ];
}
