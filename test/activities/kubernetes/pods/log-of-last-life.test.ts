import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { createApiClient } from '../../../../activities/kubernetes/client/client.ts';
import type { KubernetesClient } from '../../../../activities/kubernetes/clients.ts';
import { kubernetes } from '../../../../activities/kubernetes/contract.ts';
import { lifeThatEndedLast } from '../../../../activities/kubernetes/pods/life-that-ended-last.ts';
import { podLogs } from '../../../../activities/kubernetes/pods/pod-logs.ts';
import { call } from '../calls.ts';
import { rawPod } from '../objects.ts';
import { json, startSmallApiServer, type SmallApiServer } from '../small-api-server.ts';

const ended = (containerID: string) => ({ terminated: { containerID, exitCode: 1 } });
const waitsToRestart = rawPod({ container: { state: ended('second'), lastState: ended('first') } });
const runsAgain = rawPod({ container: { state: { running: {} }, lastState: ended('second') } });
const neverEnded = rawPod();
const REMOVED = 'unable to retrieve container logs for containerd://first';

test('while a container waits to be started again, the life that ended last is its own', () => {
  expect(lifeThatEndedLast(waitsToRestart, 'app')).toEqual({ containerId: 'second', current: true });
  expect(lifeThatEndedLast(runsAgain, 'app')).toEqual({ containerId: 'second', current: false });
  expect(lifeThatEndedLast(neverEnded, 'app')).toBeUndefined();
  expect(lifeThatEndedLast(waitsToRestart, 'another')).toBeUndefined();
});

let server: SmallApiServer;
let client: KubernetesClient;
beforeAll(async () => {
  server = await startSmallApiServer();
});
afterAll(() => server.remove());
beforeEach(() => {
  client = {
    api: createApiClient({ kubeconfig: server.kubeconfig, requestTimeoutMs: 60_000 }),
  } as KubernetesClient;
  server.requests.length = 0;
});
afterEach(() => client.api.close());

/** Each look at the pod, and each log asked for, gives the next of its list; the last of a list stays. */
function serve({ pods, logs }: { pods: object[]; logs: Record<'own' | 'previous', string[]> }): void {
  const next = <T>(list: T[]) => (list.length > 1 ? list.shift()! : list[0]!);
  const log = (response: ServerResponse, text: string) =>
    response.writeHead(200, { 'content-type': 'text/plain' }).end(text);
  server.answer = ({ url = '' }, response) => {
    if (!url.includes('/log')) json(response, 200, next(pods));
    else log(response, next(url.includes('previous=true') ? logs.previous : logs.own));
  };
}
const read = () =>
  podLogs(client).run(
    kubernetes.podLogs.contract.input.parse({
      pod: { namespace: 'payments', name: 'api-abc-x1' },
      previous: true,
      expected: ['FATAL'],
    }),
    call(),
  );
const counted = (count: number) => ({ available: true, expected: [expect.objectContaining({ count })] });

test('the log of a container that waits to be started again is read, not the removed one before it', async () => {
  serve({ pods: [waitsToRestart], logs: { own: ['FATAL\n'], previous: [REMOVED] } });
  expect(await read()).toMatchObject(counted(1));
});

test('a container that was started again in between does not lend its new life', async () => {
  serve({ pods: [waitsToRestart, runsAgain], logs: { own: ['all is well\n'], previous: ['FATAL\n'] } });
  expect(await read()).toMatchObject(counted(1));
});

test('a log that is removed while it is asked for is looked for again; one that stays away is said to be gone', async () => {
  serve({ pods: [runsAgain], logs: { own: ['x\n'], previous: [REMOVED, 'FATAL\n'] } });
  expect(await read()).toMatchObject(counted(1));
  serve({ pods: [runsAgain], logs: { own: ['x\n'], previous: [REMOVED] } });
  expect(await read()).toMatchObject({ available: false, note: REMOVED });
});
