/** Every source that the configuration names, by the last part of its address. */
import type { Config } from '../../../config/index.ts';
import type { AlertSource } from '../source.ts';
import { alertmanagerSource } from './alertmanager.ts';
import { cloudEventsSource } from './cloud-events.ts';
import { datadogSource } from './datadog.ts';
import { grafanaSource } from './grafana.ts';
import { ownSource } from './own.ts';
import { pagerdutySource } from './pagerduty.ts';

export function alertSources(config: Config['alertSources']): ReadonlyMap<string, AlertSource> {
  const { alertmanager, grafana, pagerduty, datadog, cloudevents, own } = config;
  const sources: Readonly<Record<string, AlertSource | undefined>> = {
    ...Object.fromEntries(Object.entries(own).map(([name, source]) => [name, ownSource(name, source)])),
    alertmanager: alertmanager && alertmanagerSource(alertmanager),
    grafana: grafana && grafanaSource(grafana),
    pagerduty: pagerduty && pagerdutySource(pagerduty),
    datadog: datadog && datadogSource(datadog),
    cloudevents: cloudevents && cloudEventsSource(cloudevents),
  };
  return new Map(
    Object.entries(sources).flatMap(([name, s]): [string, AlertSource][] => (s ? [[name, s]] : [])),
  );
}
