import { alertmanager } from '../activities/alertmanager/contract.ts';
import { alerts } from '../activities/alerts/contract.ts';
import { grafana } from '../activities/grafana/contract.ts';
import { hosts } from '../activities/hosts/contract.ts';
import { kubernetes } from '../activities/kubernetes/contract.ts';
import type { AnyContract } from '../activities/kit/index.ts';
import { jaeger } from '../activities/jaeger/contract.ts';
import { loki } from '../activities/loki/contract.ts';
import { pagerduty } from '../activities/pagerduty/contract.ts';
import { prometheus } from '../activities/prometheus/contract.ts';
import { tickets } from '../activities/tickets/contract.ts';

/** The contracts of every step that a worker may know, whatever its configuration names. */
export const stepContracts: readonly AnyContract[] = [
  kubernetes,
  hosts,
  prometheus,
  loki,
  jaeger,
  alertmanager,
  grafana,
  pagerduty,
  tickets,
  alerts,
].flatMap((system) =>
  Object.values<{ readonly contract: unknown }>(system).map((step) => step.contract as AnyContract),
);
