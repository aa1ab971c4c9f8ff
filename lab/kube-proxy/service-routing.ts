import type { ClusterApi } from '../control-plane/cluster-api.ts';
import { until } from '../machine/until.ts';
import { insideNode } from '../node/inside-node.ts';
import { databaseAddress } from '../workloads/database.ts';
import { countMerchants } from '../incident/onboarding.ts';
import type { OnNode } from './has-synced.ts';

/**
 * Waits until the node's own rules lead to the database's present pod and know exactly the merchants that
 * exist. kube-proxy's health check says less: it is content before the first sync.
 */
export async function waitForRouting(on: OnNode, of: { api: ClusterApi; namespace: string }): Promise<void> {
  const current = async (): Promise<boolean> => {
    const [address, merchants] = await Promise.all([
      databaseAddress(of.api, of.namespace),
      countMerchants(of.api),
    ]);
    const { stdout } = await insideNode(on, ['iptables-save', '-t', 'nat']);
    const routed = stdout.split('\n').filter(isMerchant).length;
    return (
      address !== undefined && stdout.includes(`--to-destination ${address}:5432`) && routed === merchants
    );
  };
  await until(`the routing on ${on.node} is current`, current, { within: 300_000, every: 300 });
}

/** Told by the port, which only merchants and the API server have: with many endpoints kube-proxy leaves comments out. */
function isMerchant(rule: string): boolean {
  return (
    rule.startsWith('-A KUBE-SERVICES ') &&
    rule.includes(' --dport 443 ') &&
    !rule.includes(' -d 10.96.0.1/32 ')
  );
}
