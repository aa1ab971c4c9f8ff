import { implementChange, implementRead, StepFailure, type ImplementedStep } from '../kit/index.ts';
import { Annotations } from './annotations.ts';
import { grafana } from './contract.ts';
import { panelLink } from './panel-link.ts';

export interface GrafanaStepsOptions {
  readonly url: string;
  /** Where people reach it, in links; `url` when absent. */
  readonly publicUrl?: string | undefined;
  /** Of a service account that may read and write annotations; asked at each call. */
  readonly token?: (() => string) | undefined;
}

/** The Grafana steps against one server. */
export function createGrafanaSteps({ url, publicUrl = url, token }: GrafanaStepsOptions): ImplementedStep[] {
  const annotations = token && new Annotations({ url, token });
  return [
    implementChange(grafana.annotate, {
      plan: async ({ dashboard, text, tags }, context) => {
        const there = dashboard === undefined || (await opened(annotations).hasDashboard(dashboard, context));
        if (there === false)
          throw new StepFailure('invalid', `Grafana has no dashboard ${dashboard}`, {
            next: "Take the UID from the dashboard's address, after /d/.",
          });
        opened(annotations);
        return {
          diff: [
            { path: 'annotation', before: null, after: [text, ...tags.map((tag) => `#${tag}`)].join(' ') },
          ],
          preconditions: {},
          preimage: {},
          dryRun: 'none',
          warnings: there ? [] : [`the token may not look whether there is a dashboard ${dashboard}`],
        };
      },
      apply: async (input, _, context) => {
        const { operation } = context;
        const there = await opened(annotations).find(operation, { dashboard: input.dashboard, context });
        if (there !== undefined) return { outcome: 'already-satisfied', output: { id: there } };
        return {
          outcome: 'applied',
          output: { id: await opened(annotations).add(input, operation, context) },
        };
      },
      probe: async ({ dashboard }, _, context) => {
        const id = await opened(annotations).find(context.operation, { dashboard, context });
        return id === undefined ? { state: 'not-applied' } : { state: 'applied', output: { id } };
      },
    }),
    implementRead(grafana.panelLink, async (input) => ({ url: panelLink(publicUrl, input, new Date()) })),
  ];
}

function opened(annotations: Annotations | undefined): Annotations {
  if (annotations) return annotations;
  throw new StepFailure('invalid', 'this deployment has no token for Grafana', {
    next: 'Add `grafana.token`, of a service account that may write annotations, and restart the worker',
  });
}
