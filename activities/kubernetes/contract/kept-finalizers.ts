/** Finalizers of Kubernetes' own controllers: without them something that is in use is lost, or left behind and paid for. */
const KEPT: Readonly<Record<string, string>> = {
  'kubernetes.io/pvc-protection': 'a pod still uses the claim: it goes when the pod has gone',
  'kubernetes.io/pv-protection': 'the volume is still bound: it goes when its claim has gone',
  'service.kubernetes.io/load-balancer-cleanup': 'the load balancer would be left behind at the cloud',
  'batch.kubernetes.io/job-tracking': 'the Job would count the pod wrongly',
  'resource.kubernetes.io/delete-protection': 'a pod still uses the device: it goes when the pod has gone',
  foregroundDeletion: 'the objects that it owns would be left behind',
  orphan: 'the objects that it owns would be deleted with it',
};

/** Why a finalizer is never taken off by hand: it is Kubernetes' own. Undefined for those of others. */
export function whyKept(finalizer: string): string | undefined {
  const [domain = ''] = finalizer.split('/');
  const known = Object.hasOwn(KEPT, finalizer) ? KEPT[finalizer] : undefined;
  return (
    known ??
    (/(^|\.)kubernetes\.io$/.test(domain)
      ? `names of ${domain} are kept for its controllers, which take it off when they are done`
      : undefined)
  );
}
