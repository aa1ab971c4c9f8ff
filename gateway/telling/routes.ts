import { hoursAt, type Config } from '../../config/index.ts';
import type { Telling } from './telling.ts';

/**
 * The channels that are told; each once, however many routes lead there. Changes are many: only a route that names them
 * is told of them.
 */
export function channelsFor(
  telling: Telling,
  { telling: config, businessHours }: Pick<Config, 'telling' | 'businessHours'>,
): string[] {
  if (!config) return [];
  const { event, asks, owner, runbook, severity, at } = telling;
  if (config.routes.length === 0) return event === 'change' ? [] : Object.keys(config.channels);
  const hours = businessHours && hoursAt(businessHours, new Date(at));
  const fitting = config.routes.filter(
    (route) =>
      (route.events ? route.events.some((wanted) => wanted === event) : event !== 'change') &&
      (!route.asks || route.asks.some((role) => asks.includes(role))) &&
      (!route.owners || (owner !== undefined && route.owners.includes(owner))) &&
      (!route.runbooks || (runbook !== undefined && route.runbooks.includes(runbook))) &&
      (!route.severity || (severity !== undefined && route.severity.includes(severity))) &&
      (!route.hours || route.hours === hours),
  );
  return [...new Set(fitting.flatMap(({ to }) => to))];
}
