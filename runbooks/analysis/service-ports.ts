import type { z } from 'zod';
import type { Verdict } from '../../activities/kit/index.ts';
import type { kubernetes } from '../../activities/kubernetes/contract.ts';

type Endpoints = z.output<(typeof kubernetes.endpointsOf)['contract']['output']>;

/** Passes when each port of the Service has at least one ready endpoint; `unknown` for a Service without ports. */
export function everyPortHasEndpoints({
  service,
  mismatches,
}: Pick<Endpoints, 'service' | 'mismatches'>): Verdict {
  if (service.ports.length === 0) return { verdict: 'unknown', reason: `${service.name} has no ports` };
  const counts = service.ports.map((p) => `${p.name || p.port}: ${p.readyEndpoints}`).join(', ');
  return service.ports.every((p) => p.readyEndpoints > 0)
    ? { verdict: 'pass', reason: `ready endpoints by port: ${counts}` }
    : {
        verdict: 'fail',
        reason: [`ready endpoints by port: ${counts}`, ...mismatches.slice(0, 3)].join('; '),
      };
}
