import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { SAID, type Said } from '../analysis/fitting-runbook.ts';
import { refOf } from '../analysis/pods-of.ts';
import { seen } from './look.ts';

const CONTINUE = { onFailure: 'continue' } as const;
const MOST_LOGS = 6;

/** Whether a service's own pods wrote it lately, by the API server: Loki's labels of a pod are not the same everywhere. */
export async function ownLogsSay(
  what: Said,
  o: { readonly pods: readonly Pod[] | undefined; readonly minutes: number; readonly notSeen: string[] },
): Promise<boolean> {
  const logs = (o.pods ?? [])
    .flatMap((pod) =>
      pod.containers
        .filter(({ kind }) => kind === 'main')
        .map(({ name }) => ({ pod: refOf(pod), container: name })),
    )
    .slice(0, MOST_LOGS);
  const read = await Promise.all(
    logs.map((log) =>
      kubernetes
        .podLogs(
          { ...log, sinceSeconds: o.minutes * 60, tail: 10_000, unexpected: [SAID[what]], keep: 0 },
          CONTINUE,
        )
        .then((a) => seen(`the log of ${log.pod.name}`, a, o.notSeen)),
    ),
  );
  return read.some((log) => log?.unexpected.some(({ count }) => count > 0));
}
