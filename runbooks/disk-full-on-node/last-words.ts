import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { finding } from '../../workflows/index.ts';
import type { Consumer } from '../analysis/disk-full.ts';
import { mebibytes } from '../analysis/memory-limit.ts';

/** What a log says at its end, kept as evidence before it is emptied; and whose it is, in a sentence. */
export async function lastWords({ pod, container, bytes, path }: Consumer): Promise<string> {
  const whose = `${mebibytes(bytes)} are the log of ${container} in ${pod?.namespace}/${pod?.name}`;
  if (!pod?.namespace || !pod.name || !container) return `${mebibytes(bytes)} are in ${path}.`;
  const { pods } = await kubernetes.listPods({ namespace: pod.namespace, limit: 1000 });
  if (!pods.some((p) => p.uid === pod.uid)) {
    return `${whose}, a pod that is gone: the kubelet removes its log by itself sooner or later.`;
  }
  const { lines } = await kubernetes.podLogs({
    pod: { namespace: pod.namespace, name: pod.name, uid: pod.uid },
    container,
    tail: 20,
    keep: 10,
  });
  finding(`What ${container} in ${pod.namespace}/${pod.name} wrote last`, {
    evidence: lines.map((l) => l.text.slice(0, 300)),
  });
  const last = lines.at(-1)?.text.slice(0, 200);
  return last ? `${whose}. It wrote last: ${last}` : `${whose}.`;
}
