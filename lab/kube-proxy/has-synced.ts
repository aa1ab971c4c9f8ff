import { until } from '../machine/until.ts';
import { insideNode } from '../node/inside-node.ts';

export interface OnNode {
  readonly stateDirectory: string;
  readonly node: string;
}

const METRICS = ['busybox', 'wget', '-q', '-O', '-', 'http://127.0.0.1:10249/metrics'];

/** The rules of each family are synced for themselves; the lab's Services have IPv4 addresses. */
const LAST_SYNC = /^kubeproxy_sync_proxy_rules_last_timestamp_seconds(?:\{ip_family="IPv4"\})? (\S+)$/m;

/** Waits until the kube-proxy that runs on the node says that it has written its rules since it began. */
export async function hasSynced(on: OnNode): Promise<void> {
  const synced = async (): Promise<boolean> => {
    const { stdout } = await insideNode(on, METRICS);
    const seconds = LAST_SYNC.exec(stdout)?.[1];
    return Number(seconds) > 0;
  };
  await until(`kube-proxy on ${on.node} has synced`, synced, { within: 300_000, every: 300 });
}
