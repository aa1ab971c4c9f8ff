import { expect, test } from '@jest/globals';
import badGatewayBehindSidecar from '../../runbooks/bad-gateway-behind-sidecar.ts';
import { runbookTests, type Stage } from '../../testing/index.ts';
import { meshed, shopBehindSidecar } from './sidecar.ts';

const { play } = runbookTests(new URL('../../runbooks/index.ts', import.meta.url));
const start = (stage: Stage, more: object = {}) =>
  stage.run(badGatewayBehindSidecar, { namespace: 'shop', name: 'shop', ...more });

const killed = (at: string) => {
  const whole = meshed('a');
  const end = { reason: 'OOMKilled', exitCode: 137, finishedAt: at };
  return {
    ...whole,
    containers: whole.containers.map((c) => (c.name === 'main' ? { ...c, lastTermination: end } : c)),
  };
};

const rows: readonly [string, (now: string) => Parameters<typeof shopBehindSidecar>[1], object, RegExp][] = [
  [
    'the container behind it was killed lately',
    (now) => ({ pods: [killed(now)], said: { refused: 12 } }),
    {},
    /what is behind it ended: main of a \(OOMKilled, exit code 137\)\. Next: oom-killed-container/,
  ],
  [
    'nobody listens at the port',
    () => ({ said: { refused: 12 }, throttled: {} }),
    {},
    /nobody listens at the port that it asks, and no container has crashed/,
  ],
  [
    'connections are closed under it',
    () => ({ said: { reset: 7 }, throttled: {} }),
    {},
    /the container closes connections that istio-proxy still uses\. Next: make the keep-alive time/,
  ],
  [
    'slow, and nobody stops it',
    () => ({ throttled: {} }),
    {},
    /nobody stops the container behind it: it is slow by itself\. Next: slow-requests/,
  ],
  [
    'nobody measures the kernel’s stops: said so, and not taken for "it is not stopped"',
    () => ({ measured: false }),
    {},
    /Not seen: throttling: nobody counted CPU periods/,
  ],
  [
    'a log that is not there',
    () => ({ said: {}, throttled: {}, log: { available: false, linesRead: 0 } }),
    {},
    /Not seen: the log of istio-proxy in a: there is none\. /,
  ],
  [
    'a log that was cut before its newest lines',
    () => ({ said: {}, throttled: {}, log: { truncated: 'the log was cut after 1048576 bytes' } }),
    {},
    /Not seen: the log of istio-proxy in a: the log was cut after 1048576 bytes\. /,
  ],
  [
    'more lines and more pods than are read',
    () => ({
      ...{ said: { timeout: 40 }, throttled: {}, log: { linesRead: 2_000 } },
      pods: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => meshed(name)),
    }),
    {},
    /Not seen: the logs of istio-proxy in 2 more pods; the log of istio-proxy in a before its newest 2000 lines; /,
  ],
  [
    'a proxy that is added by a webhook, stopped itself: the template has no limit to raise',
    () => ({ throttled: { 'istio-proxy': 0.8 } }),
    {},
    /istio-proxy is throttled, and the template of shop sets no CPU limit .* a webhook that adds one/,
  ],
  [
    'no container that is known as a proxy',
    () => ({ pods: [meshed('a', 'helper')] }),
    {},
    /Which container of a is the proxy is not known: it has main, helper\. .*--set sidecar=CONTAINER/,
  ],
];
for (const [what, different, more, reason] of rows)
  test(
    `${what}: handed over, and nothing is changed`,
    play(async (stage) => {
      shopBehindSidecar(stage, different(new Date(stage.now() - 30_000).toISOString()));
      (await start(stage, more)).ended('handed-over', reason).changedNothing().askedNobody();
    }),
  );

test(
  'a proxy of another name is named by the person who starts it',
  play(async (stage) => {
    shopBehindSidecar(stage, { pods: [meshed('a', 'helper')], said: {} });
    stage.person('ana', 'platform-oncall').approves(/^Raise the CPU limit of shop\/main/);
    const run = await start(stage, { sidecar: 'helper' });
    run.ended('completed').found(/^helper does not say why, and the kernel stops main/);
    expect(run.asked(/^Raise/).body).toMatch(
      /40 % of 10 requests a second to shop fail\. helper does not say/,
    );
  }),
);
