import type { RawPod } from '../client/raw.ts';

/** kubectl's STATUS column. The rules are those of printPod in kubernetes/pkg/printers/internalversion/printers.go. */
export function kubectlStatus(pod: RawPod): string {
  const status = pod.status;
  let text: string = status?.reason || status?.phase || 'Unknown';
  const scheduled = status?.conditions?.find((c) => c.type === 'PodScheduled');
  if (scheduled?.reason === 'SchedulingGated') text = 'SchedulingGated';

  const init = initStatus(pod);
  const initialised =
    status?.conditions?.some((c) => c.type === 'Initialized' && c.status === 'True') ?? false;
  if (init !== undefined) text = init;
  if (init === undefined || initialised) text = mainStatus(pod) ?? text;

  if (pod.metadata?.deletionTimestamp) {
    if (status?.reason === 'NodeLost') return 'Unknown';
    if (status?.phase !== 'Succeeded' && status?.phase !== 'Failed') return 'Terminating';
  }
  return text;
}

/** The first init container that is not done; nothing once all are. */
function initStatus(pod: RawPod): string | undefined {
  const specs = pod.spec?.initContainers ?? [];
  for (const [index, container] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const { terminated, waiting } = container.state ?? {};
    const sidecar = specs.find((c) => c.name === container.name)?.restartPolicy === 'Always';
    if (terminated?.exitCode === 0) continue;
    if (sidecar && container.started) continue;
    if (terminated) return `Init:${terminated.reason || endOf(terminated)}`;
    if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
    return `Init:${index}/${specs.length}`;
  }
  return undefined;
}

function mainStatus(pod: RawPod): string | undefined {
  let text: string | undefined;
  let running = false;
  for (const container of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    const { waiting, terminated } = container.state ?? {};
    if (waiting?.reason) text = waiting.reason;
    else if (terminated) text = terminated.reason || endOf(terminated);
    else if (container.ready && container.state?.running) running = true;
  }
  if (text !== 'Completed' || !running) return text;
  const ready = pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True');
  return ready ? 'Running' : 'NotReady';
}

const endOf = (end: { signal?: number; exitCode: number }) =>
  end.signal ? `Signal:${end.signal}` : `ExitCode:${end.exitCode}`;
