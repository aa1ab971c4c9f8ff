import { splitTarget } from '../../activities/kit/index.ts';
import type { MissingRightsOf } from '../activities/preflight.ts';
import { clusterCalled } from './cluster-called.ts';
import type { ConnectedCluster } from './connect-cluster.ts';

/** What the accounts of each cluster lack for the calls that go there. */
export const missingRightsOn =
  (clusters: readonly Pick<ConnectedCluster, 'name' | 'missingRights'>[]): MissingRightsOf =>
  async (effect, calls, context) => {
    const byCluster = [...Map.groupBy(calls, ({ cluster }) => clusterCalled(clusters, cluster))];
    const missing = await Promise.all(
      byCluster.map(async ([{ name, missingRights }, of]) => {
        const there = of.map(({ target, ...call }) => ({
          ...call,
          ...(target !== undefined && { target: splitTarget(target).target }),
        }));
        const lacking = await missingRights[effect](there, context);
        return lacking.map((access) => ({ ...access, ...(clusters.length > 1 && { cluster: name }) }));
      }),
    );
    return missing.flat();
  };
