import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { finding } from '../../workflows/index.ts';

const SHOWN = 20;

/** What the kubelets and controllers say of pods that are not there or not ready, as findings and for the hand-over. */
export async function whyNotReady({ namespace, pods }: { namespace: string; pods: readonly Pod[] }) {
  const { events } = await kubernetes.listEvents({ namespace, type: 'Warning', minutes: 30, limit: 200 });
  const uids = new Set(pods.map((p) => p.uid));
  const about = events.filter((e) => pods.length === 0 || uids.has(e.object.uid ?? ''));
  const said = about
    .slice(-SHOWN)
    .map((e) => `${e.object.name}: ${e.reason}, ${e.message} (${e.count} times)`);
  const probes = about.filter((e) => e.reason === 'Unhealthy').length;
  const notReady = pods
    .filter((p) => !p.ready)
    .map((p) => `${p.name} on ${p.node ?? 'no node'}: ${p.because}`);
  finding(
    probes > 0
      ? `Probes fail: ${probes} of ${about.length} warnings say so`
      : `${about.length} warnings of the last 30 minutes, none of a failing probe`,
    { evidence: said },
  );
  const [workload] = pods.flatMap((p) => (p.workload?.kind === 'Deployment' ? [p.workload.name] : []));
  return {
    notReady: notReady.slice(0, SHOWN),
    said,
    ...(workload && {
      next: `Was it released lately? nightshift run bad-rollout --set namespace=${namespace} --set deployment=${workload}`,
    }),
  };
}
