import { hashOf } from '../../activities/kit/index.ts';
import type { Alert } from '../../ledger/api.ts';
import { storable } from '../../ledger/storable.ts';

/** What the labels of an alert say, where Prometheus' names are used: Alertmanager's and Grafana's. */
export const labelled = (
  labels: Readonly<Record<string, string>>,
  fingerprint: string | null | undefined,
): Pick<Alert, 'fingerprint' | 'name' | 'severity' | 'labels'> => ({
  // Without one (Alertmanager before 0.19) the labels are what it is made of.
  fingerprint: fingerprint || hashOf(storable(labels)),
  name: labels['alertname'] ?? 'unnamed',
  severity: labels['severity'] ?? 'unknown',
  labels,
});
