/** What runbooks write on Grafana's dashboards, and links into them. */
import { z } from 'zod';
import { change, defineSteps, read, shortened, Window } from '../kit/index.ts';

/** As it stands in a dashboard's address, after `/d/`. */
const DashboardUid = z.string().regex(/^[a-zA-Z0-9_-]{1,40}$/, 'write the UID of a dashboard');
const Panel = z.number().int().nonnegative();
const Variable = z.string().max(500);

export const grafana = defineSteps('grafana', {
  annotate: change({
    description:
      'Adds an annotation to a dashboard, one of its panels, or every dashboard that shows the tag `nightshift`.',
    as: 'curl -X POST GRAFANA/api/annotations -d \'{"text":"...","tags":["nightshift"]}\'',
    risk: 'notify',
    input: z
      .object({
        text: z.string().min(1).max(4_000),
        tags: z.array(z.string().min(1).max(60)).max(20).default([]),
        dashboard: DashboardUid.optional(),
        panel: Panel.optional(),
        /** The moment, or with `to` the beginning of a time; when it is written where left out. */
        from: z.iso.datetime().optional(),
        to: z.iso.datetime().optional(),
      })
      .refine(({ panel, dashboard }) => panel === undefined || dashboard !== undefined, {
        error: 'a panel is one of a dashboard: write its UID as well',
        path: ['panel'],
      })
      .refine(
        ({ from, to }) => to === undefined || (from !== undefined && Date.parse(from) <= Date.parse(to)),
        {
          error: 'write from as well, which is not later',
          path: ['to'],
        },
      ),
    output: z.object({ id: z.number().int() }),
    preconditions: z.object({}),
    preimage: z.object({}),
    target: (i) => `dashboard/${i.dashboard ?? 'any'}`,
    summary: (i) => `Annotate ${i.dashboard ?? 'the dashboards'}: ${shortened(i.text.split('\n')[0]!, 80)}`,
  }),
  panelLink: read({
    description:
      'The address of a dashboard or one of its panels, with a time and the values of its variables. Nobody is asked for it.',
    input: z
      .object({
        dashboard: DashboardUid,
        panel: Panel.optional(),
        from: z.iso.datetime(),
        /** The moment of the call when left out: the link shows the same tomorrow. */
        to: z.iso.datetime().optional(),
        /** More on both sides, so that what is looked at does not stand at the edge. */
        margin: Window.default('15m'),
        /** By the variable's name, without `var-`; several values where it takes several. */
        variables: z
          .record(z.string().regex(/^\w{1,100}$/), z.union([Variable, z.array(Variable).max(50)]))
          .default({}),
      })
      .refine(({ from, to }) => to === undefined || Date.parse(from) <= Date.parse(to), {
        error: 'write a moment that is not before from',
        path: ['to'],
      }),
    output: z.object({ url: z.url() }),
    summary: (i) => `link to the dashboard ${i.dashboard}`,
  }),
});
