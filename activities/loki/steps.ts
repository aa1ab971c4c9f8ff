import { implementRead, type ImplementedStep } from '../kit/index.ts';
import { loki } from './contract.ts';
import { fresh } from './fresh.ts';
import { LokiApi, type LokiConnection } from './http-api.ts';
import { lines } from './lines.ts';
import { labelled, namespaceSelector, quoted } from './logql.ts';
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
    implementRead(loki.byRequestId, ({ requestId, namespaces, ...period }, { signal }) =>
      lines(api, {
        input: {
          ...period,
          expr: `${namespaceSelector(label, namespaces)} |= ${quoted(requestId)}`,
          direction: 'forward',
        },
        at: new Date(),
        signal,
      }),
    ),
  ];
}
