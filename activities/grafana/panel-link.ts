import type { z } from 'zod';
import { windowSeconds } from '../kit/index.ts';
import type { grafana } from './contract.ts';

type Question = z.output<typeof grafana.panelLink.contract.input>;

/** The address, by Grafana's own parameters (https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/create-dashboard-url-variables/). */
export function panelLink(base: string, input: Question, now: Date): string {
  const { dashboard, panel, from, to, margin, variables } = input;
  const more = windowSeconds(margin) * 1000;
  const query = new URLSearchParams({
    from: String(Date.parse(from) - more),
    to: String((to === undefined ? now.getTime() : Date.parse(to)) + more),
    ...(panel !== undefined && { viewPanel: String(panel) }),
  });
  for (const [name, value] of Object.entries(variables))
    for (const one of [value].flat()) query.append(`var-${name}`, one);
  return `${base.replace(/\/$/, '')}/d/${dashboard}?${query.toString()}`;
}
