import { expect, test } from '@jest/globals';
import type { ConfigurationSource } from '../../activities/kubernetes/contract.ts';
import slowRequests from '../../runbooks/slow-requests.ts';
import { runbookTests, type Stage } from '../../testing/index.ts';
import { slowShop } from './slow.ts';

const { play } = runbookTests(new URL('../../runbooks/index.ts', import.meta.url));
const start = (stage: Stage) =>
  stage.run(slowRequests, { namespace: 'shop', service: 'api', withinSeconds: 5 });

const edited = (ago: (seconds: number) => string): ConfigurationSource => ({
  ...{ kind: 'ConfigMap', name: 'cache', state: 'there', immutable: false, keys: ['sweep'] },
  lastEdit: { by: 'kubectl-edit', at: ago(300) },
  changes: [{ key: 'sweep', applied: 'hourly', present: 'each-read', hidden: false }],
});

test(
  'an edit of the slow one’s ConfigMap is put back, and the slow one restarted',
  play(async (stage) => {
    slowShop(stage, { releasedAgo: 90_000, edited });
    stage
      .person('ana', 'platform-oncall')
      .approves('Put sweep of ConfigMap cache back to what was applied, and restart cache');
    const run = await start(stage);
    run.ended('completed');
    expect(run.asked(/^Put sweep of ConfigMap cache back/).body).toMatch(
      /ConfigMap cache is not what was applied in sweep: kubectl-edit wrote it at/,
    );
    expect(stage.effects().map((e) => e.step)).toEqual([
      'kubernetes.setConfigMapKeys',
      'kubernetes.rolloutRestart',
    ]);
  }),
);

const written = (over: Partial<ConfigurationSource>) => (ago: (seconds: number) => string) => [
  { ...edited(ago), changes: [], ...over },
];

const rows: readonly [string, Parameters<typeof slowShop>[1], RegExp][] = [
  [
    'a release and an edit: which of the two is for a person to say',
    { edited },
    /More than one change of cache may have begun it: Revision 2 .*SWEEP.* ConfigMap cache/,
  ],
  ['nothing changed', { releasedAgo: 90_000 }, /No release and no edit .* within the last hour explains it/],
  [
    'a ConfigMap was applied anew: it may be that, and what it was before is not known',
    { releasedAgo: 90_000, sources: written({}) },
    / ConfigMap cache was written by kubectl-edit at \S+; what it was before is not known\./,
  ],
  [
    'a release beside a Secret that was written: which of the two is for a person to say',
    { sources: written({ kind: 'Secret' }) },
    /More than one change of cache may have begun it: Revision 2 .* Secret cache was written by/,
  ],
  [
    'what differs is not shown: why it is not put back, and nothing of crashes',
    {
      releasedAgo: 90_000,
      edited: (ago) => ({ ...edited(ago), immutable: true }),
    },
    /kubectl-edit wrote it at [^ ,]+\. It is not for me to write: it is immutable\.$/,
  ],
  [
    'nothing changed of what is seen, and what is not is named',
    { releasedAgo: 90_000, sources: written({ kind: 'Secret', state: 'not-seen', lastEdit: null }) },
    /No release and no edit .* explains it\. Not seen: Secret cache\.$/,
  ],
  [
    'as slow before the release: it is acquitted',
    { before: 1.9 },
    /acquitted: requests were as slow before it/,
  ],
  [
    'the time goes to a workload that is not here',
    { workloads: ['api'] },
    /No workload of shop is called cache/,
  ],
  [
    'each slow request has a reason of its own',
    { slowest: ['GET', 'SET', 'DEL'] },
    /their time goes to different places: GET of cache \(trace 1+\), SET of cache/,
  ],
  [
    'the traces of slow lines are of quick requests, and so are those that Jaeger has',
    { took: [90] },
    /no trace of a slow request was found: trace 1+: it took no more than 90 ms/,
  ],
];
for (const [what, different, reason] of rows)
  test(
    `${what}: handed over, and nothing is changed`,
    play(async (stage) => {
      slowShop(stage, different);
      (await start(stage)).ended('handed-over', reason).changedNothing();
    }),
  );

test(
  'without logs and measures the slowest traces are asked, and both are said to be missing',
  play(async (stage) => {
    slowShop(stage, { logs: false, latency: 'not measured' });
    stage.person('ana', 'platform-oncall').approves('Roll cache back from revision 2 to 1');
    const run = await start(stage);
    run
      .ended('completed')
      .found(/How long requests to api take is not measured: nobody measures the latency/)
      .found(/1 of 1 slow requests spend most of their time in GET of cache/);
    expect(run.asked(/^Roll cache back/).body).toMatch(
      /Whether requests were faster before that is not known/,
    );
  }),
);

test(
  'several slow requests of one trace are one',
  play(async (stage) => {
    slowShop(stage, { oneTrace: true });
    stage.person('ana', 'platform-oncall').approves('Roll cache back from revision 2 to 1');
    (await start(stage)).ended('completed').found(/1 of 1 slow requests spend most of their time/);
  }),
);

test(
  'rolled back and still slow: a person says what now, and it is handed over',
  play(async (stage) => {
    slowShop(stage, { helps: false });
    stage
      .person('ana', 'platform-oncall')
      .approves('Roll cache back from revision 2 to 1')
      .answers(/Requests to api are fast again/, 'skip');
    (await start(stage)).ended(
      'handed-over',
      /that was done; a person skipped: Requests to api are fast again\./,
    );
  }),
);

test(
  'fast again by the time it is looked at: over',
  play(async (stage) => {
    slowShop(stage, { latency: 0.05 });
    (await start(stage)).ended('completed').changedNothing().askedNobody();
  }),
);
