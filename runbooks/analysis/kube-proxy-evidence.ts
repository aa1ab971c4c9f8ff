import type { SyncVerdict } from '../../activities/hosts/contract.ts';

/** What listServices counts, as far as it matters here. */
export interface ServiceCounts {
  readonly count: number;
  readonly readyEndpoints: number;
  readonly created: readonly {
    readonly minute: string;
    readonly namespace: string;
    readonly count: number;
  }[];
}

export type Sync = Pick<SyncVerdict, 'verdict' | 'reason' | 'differing' | 'compared' | 'differences'>;

/** What counts whoever runs kube-proxy: how much it has to route, when that grew, and what its rules say. */
export function routingEvidence({ services, sync }: { services: ServiceCounts; sync: Sync }): string[] {
  const growth = biggestGrowth(services.created);
  return [
    `${services.count} Services with ${services.readyEndpoints} ready endpoints`,
    ...(growth
      ? [`the number of Services grew by ${growth.count} at ${growth.minute} (namespace ${growth.namespace})`]
      : []),
    `synced: ${sync.verdict}, ${sync.reason}`,
    ...sync.differences.slice(0, 3).map((d) => `${d.service}: ${d.difference}`),
  ];
}

/** The minute in which most of the present Services were made, when it made a tenth of them or more. */
function biggestGrowth(created: ServiceCounts['created']): ServiceCounts['created'][number] | undefined {
  const total = created.reduce((sum, c) => sum + c.count, 0);
  const top = [...created].sort((a, b) => b.count - a.count)[0];
  return top && top.count > 10 && top.count * 10 >= total ? top : undefined;
}

export const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
