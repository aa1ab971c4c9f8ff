/** The steps of every system that the configuration names, with their clients. */
import { createHostsSteps, createSsh } from '../activities/hosts/steps.ts';
import type { ImplementedStep } from '../activities/kit/index.ts';
import { createKubernetesClients } from '../activities/kubernetes/clients.ts';
import { createKubernetesSteps } from '../activities/kubernetes/steps.ts';
import { createPrometheusSteps } from '../activities/prometheus/steps.ts';
import { createTicketSteps } from '../activities/tickets/steps.ts';
import type { Config } from '../config/index.ts';

export interface ConfiguredSteps {
  readonly steps: readonly ImplementedStep[];
  close(): Promise<void>;
}
