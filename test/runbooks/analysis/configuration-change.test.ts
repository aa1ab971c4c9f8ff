import { expect, test } from '@jest/globals';
import type { ConfigurationSource, Difference, Pod } from '../../../activities/kubernetes/contract.ts';
import {
  configurationFault,
  type ConfigurationSeen,
} from '../../../runbooks/analysis/configuration-change.ts';
import { otherCrash } from '../../../runbooks/analysis/other-crash.ts';
import { pod, sick, type PodSketch } from '../pod.ts';

const EDIT = '2026-11-21T02:44:00Z';
const BEFORE = '2026-11-21T02:00:00Z';
const AFTER = '2026-11-21T02:45:00Z';

/** Ready since that moment. */
const wellSince = (startedAt: string, sketch: PodSketch = {}): Pod => {
  const made = pod('well', sketch);
  return { ...made, containers: made.containers.map((c) => ({ ...c, startedAt })) };
};
const waits = (waitingMessage: string, sketch: PodSketch = {}): Pod => {
  const made = sick('new', sketch);
  const [container] = made.containers;
  return { ...made, containers: [{ ...container!, waiting: 'CreateContainerConfigError', waitingMessage }] };
};

const change = (key: string, applied: string | null, present: string | null, hidden = false) => ({
  key,
  applied,
  present,
  hidden,
});
const settings = (over: Partial<ConfigurationSource> = {}): ConfigurationSource => ({
  kind: 'ConfigMap',
  name: 'settings',
  state: 'there',
  immutable: false,
  keys: ['PORT', 'RETRIES'],
  lastEdit: { by: 'kubectl-edit', at: EDIT },
  changes: [change('RETRIES', '3', 'three')],
  ...over,
});
const released = (...differences: Difference[]) => ({ differences, templateHash: 'hash-2' });
const env = { path: 'spec.containers[name=main].env[name=MODE].value', before: 'fast', after: 'fats' };
const image = { path: 'spec.containers[name=main].image', before: 'shop:1', after: 'shop:2' };

function judge(over: Partial<ConfigurationSeen> = {}) {
  const crashing = over.sick ?? [sick('a')];
  return configurationFault({
    pods: crashing,
    sick: crashing,
    sources: [],
    release: undefined,
    since: AFTER,
    log: [],
    ...over,
  });
}

test('an edited ConfigMap, and only pods that started since crash: what was applied comes back', () => {
  const crashing = [sick('a')];
  expect(
    judge({ sick: crashing, pods: [...crashing, wellSince(BEFORE)], sources: [settings()] }),
  ).toMatchObject({
    fault: 'config-map',
    configMap: 'settings',
    values: { RETRIES: '3' },
    because: expect.stringMatching(
      /not what was applied in RETRIES: kubectl-edit wrote it at 2026-11-21T02:44:00Z/,
    ),
  });
});

test('of several changed keys the one that the log names, as a whole word, else all of them', () => {
  const sources = [settings({ changes: [change('PORT', '80', '81'), change('RETRIES', '3', null)] })];
  expect(judge({ sources, log: ['FATAL: RETRIES is missing'] })).toMatchObject({ values: { RETRIES: '3' } });
  expect(judge({ sources, log: ['FATAL: TRANSPORT'] })).toMatchObject({
    values: { PORT: '80', RETRIES: '3' },
  });
});

test('a pod that started after the edit and is well acquits it; so does trouble that is older', () => {
  const crashing = [sick('a')];
  expect(judge({ sick: crashing, pods: [...crashing, wellSince(AFTER)], sources: [settings()] })).toEqual({
    fault: 'elsewhere',
    because: expect.stringMatching(
      /ConfigMap settings differs .* but pods have started with it and are well/,
    ),
  });
  expect(judge({ sources: [settings()], since: BEFORE })).toMatchObject({ fault: 'elsewhere' });
});

test.each<[string, Partial<ConfigurationSource>, RegExp]>([
  [
    'a key that looks like a secret',
    { changes: [change('API_TOKEN', null, null, true)] },
    /API_TOKEN holds what looks like a secret/,
  ],
  ['an immutable ConfigMap', { immutable: true }, /it is immutable/],
])('%s is not written', (_, over, because) => {
  expect(judge({ sources: [settings(over)] })).toEqual({
    fault: 'undecided',
    because: expect.stringMatching(because),
  });
});

const newSick = [sick('new', { revision: 2 })];

test('only pods of the new revision crash, and it changed nothing but configuration: the release', () => {
  expect(judge({ sick: newSick, pods: [...newSick, pod('old')], release: released(env) })).toMatchObject({
    fault: 'release',
    because: expect.stringMatching(/env\[name=MODE\]/),
  });
});

test('the release changed the image too: only a log that names the variable makes it the configuration', () => {
  const release = released(env, image);
  expect(judge({ sick: newSick, release })).toMatchObject({
    fault: 'undecided',
    because: expect.stringMatching(/more than that \(spec.containers\[name=main\].image\)/),
  });
  expect(judge({ sick: newSick, release, log: ['MODE must be fast or slow'] })).toMatchObject({
    fault: 'release',
  });
});

test.each<[string, Partial<ConfigurationSeen>]>([
  ['it changed only the image', { sick: newSick, release: released(image) }],
  ['older pods crash too', { sick: [...newSick, sick('old')], release: released(env) }],
  [
    'one of the new ones is well',
    { sick: newSick, pods: [...newSick, pod('b', { revision: 2 })], release: released(env) },
  ],
  [
    'it only marked the pods',
    { sick: newSick, release: released({ ...env, path: 'metadata.annotations["checksum/config"]' }) },
  ],
])('a release is not blamed where %s', (_, over) => {
  expect(judge(over)).toMatchObject({ fault: 'elsewhere' });
});

test('an edit and a release: told apart by the log, else not at all', () => {
  const both = { sick: newSick, sources: [settings()], release: released(env) };
  expect(judge(both)).toEqual({
    fault: 'several',
    because: 'ConfigMap settings and the release changed before the crashes, and nothing tells them apart.',
  });
  expect(judge({ ...both, log: ['RETRIES is not a number'] })).toMatchObject({ fault: 'config-map' });
  expect(judge({ ...both, log: ['RETRIES and MODE do not fit'] })).toMatchObject({ fault: 'several' });
});

test('what may not be looked at is named', () => {
  const secret = settings({ kind: 'Secret', name: 'keys', state: 'not-seen', changes: [] });
  expect(judge({ sources: [secret] })).toMatchObject({
    fault: 'elsewhere',
    because: expect.stringMatching(/Not looked at, for want of rights: Secret keys/),
  });
});

test('a key was deleted from a ConfigMap: it comes back', () => {
  const crashing = [waits("couldn't find key RETRIES in ConfigMap shop/settings")];
  const sources = [settings({ keys: ['PORT'], changes: [change('RETRIES', '3', null)] })];
  expect(judge({ sick: crashing, sources })).toMatchObject({
    fault: 'config-map',
    values: { RETRIES: '3' },
    because: expect.stringMatching(/^1 pods are not started for want of key RETRIES of ConfigMap settings/),
  });
});

test.each<[string, Difference]>([
  [
    'another key',
    {
      path: 'spec.containers[name=main].env[name=N].valueFrom.configMapKeyRef.key',
      before: 'RETRIES',
      after: 'TRIES',
    },
  ],
  [
    'a variable that was not there',
    {
      path: 'spec.containers[name=main].env[name=N]',
      before: null,
      after: '{"name":"N","valueFrom":{"configMapKeyRef":{"key":"TRIES","name":"settings"}}}',
    },
  ],
])('the release asks for %s, which is not there: the release', (_, difference) => {
  const crashing = [waits("couldn't find key TRIES in ConfigMap shop/settings", { revision: 2 })];
  expect(
    judge({ sick: crashing, sources: [settings({ changes: [] })], release: released(difference) }),
  ).toMatchObject({
    fault: 'release',
    because: expect.stringMatching(/The present release asks for it/),
  });
});

test.each([
  ["couldn't find key password in Secret shop/db", /key password of Secret db\. Nothing says what it held/],
  ['secret "db" not found', /for want of Secret db\..* Secrets are not mine to look at/],
  ['configmap "flags" not found', /for want of ConfigMap flags\./],
])('%s, and no release asked for it: made again by its owner', (message, because) => {
  const secret = settings({
    kind: 'Secret',
    name: 'db',
    state: 'not-seen',
    keys: [],
    lastEdit: null,
    changes: [],
  });
  expect(judge({ sick: [waits(message)], sources: [secret] })).toEqual({
    fault: 'missing',
    because: expect.stringMatching(because),
  });
});

const ending = (reason: string, exitCode: number): Pod => {
  const made = sick('a');
  const [container] = made.containers;
  return { ...made, containers: [{ ...container!, lastTermination: { reason, exitCode } }] };
};
const warned = (of: Pod) => [
  {
    reason: 'Unhealthy',
    object: { kind: 'Pod', name: of.name, uid: of.uid },
    message: 'Liveness probe failed: 503',
  },
];

test('killed for memory, by its liveness probe, or run to its end: for others', () => {
  const killed = ending('OOMKilled', 137);
  expect(otherCrash([killed], [])?.next).toMatch(/^nightshift run oom-killed-container .*name=shop$/);
  const unwell = ending('Error', 137);
  expect(otherCrash([unwell], warned(unwell))?.because).toMatch(
    /liveness probe fails: Liveness probe failed: 503/,
  );
  expect(otherCrash([unwell], [])).toBeUndefined();
  expect(otherCrash([ending('Completed', 0)], [])?.because).toMatch(/without an error/);
  expect(otherCrash([ending('Error', 1)], warned(unwell))).toBeUndefined();
});
