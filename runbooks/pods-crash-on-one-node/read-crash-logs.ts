import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { finding } from '../../workflows/index.ts';
import { CONNECTION_FAILURES, crashCause, type CrashCause, type CrashLog } from '../analysis/crash-cause.ts';
import { dependencyService, type Dependency } from '../analysis/dependency-service.ts';
import type { Incident } from './incident.ts';
import type { Scene } from './look-at-pods.ts';

/** Enough to see whether they say the same. */
const LOGS = 5;
/** As podLogs fails for a pod that is not there, or is another one by now. */
const GONE: readonly string[] = ['conflict', 'invalid'];

/** What did the last crash say, and which Service does that point at? */
export async function readCrashLogs(
  { namespace }: Incident,
  { sick }: Scene,
): Promise<{ cause: CrashCause; dependency: Dependency | undefined }> {
  const logs = await Promise.all(
    sick
      .slice(0, LOGS)
      .map(async ({ namespace, name, uid, restarts, lastTermination }): Promise<CrashLog> => {
        const asked = {
          pod: { namespace, name, uid },
          ...(lastTermination && { container: lastTermination.container }),
          previous: restarts > 0,
          tail: 200,
          expected: CONNECTION_FAILURES,
          keep: 5,
        };
        const read = await kubernetes.podLogs(asked, { onFailure: 'continue' });
        if (read.ok) return { pod: name, ...read.value };
        // A sick pod may have been replaced since the list: the others tell as well. Anything else is put before a person.
        if (!GONE.includes(read.kind)) return { pod: name, ...(await kubernetes.podLogs(asked)) };
        return { pod: name, available: false, note: read.message, expected: [], lines: [] };
      }),
  );
  const cause = crashCause(logs);
  const dependency = cause.dependency && (await serviceAt(cause.dependency, namespace));
  finding(cause.summary, {
    evidence: {
      ...Object.fromEntries(cause.examples.map((e) => [e.pod, e.line])),
      ...(dependency && {
        'that address': `Service ${dependency.namespace}/${dependency.service}, ${dependency.readyEndpoints} ready endpoints`,
      }),
      ...(cause.dependency && !dependency && { 'that address': 'no Service of this cluster has it' }),
    },
  });
  return { cause, dependency };
}

/** A log is no authority on addresses: only one that a Service has is asked anything. */
async function serviceAt(
  named: { host: string; port: number },
  namespace: string,
): Promise<Dependency | undefined> {
  const own = await kubernetes.listServices({ namespace, limit: 500 });
  const found = dependencyService(named, { services: own.services, namespace });
  if (found) return found;
  const all = await kubernetes.listServices({ limit: 500 });
  return dependencyService(named, { services: all.services, namespace });
}
