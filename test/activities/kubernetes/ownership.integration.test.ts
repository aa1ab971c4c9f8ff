/** Whose a cordon is, and whose a field is, as a real API server keeps it: what is others' stays theirs, or is given back. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { KubeConfig, KubernetesObjectApi, type V1Deployment, type V1Node } from '@kubernetes/client-node';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImplementedChange, ImplementedStep } from '../../../activities/kit/index.ts';
import { createKubernetesClients } from '../../../activities/kubernetes/clients.ts';
import { CORDONED_BY } from '../../../activities/kubernetes/contract.ts';
import { createKubernetesSteps } from '../../../activities/kubernetes/steps.ts';
import { startApiServer } from '../../../bench/house/api-server.ts';
import { Closing } from '../../../bench/house/closing.ts';
import { runAbout } from '../../../gateway/ask-about-leftovers.ts';
import { until } from '../../setup/until.ts';
import { startEngine } from '../../workflows/harness.ts';
import { call } from './calls.ts';

const closing = new Closing();
let admin: KubernetesObjectApi;
let steps: ImplementedStep[];
let changing: (name: string) => ImplementedChange['implementation'];

/** As a tool of this name writes it. */
const write = (as: string, object: object, o: { type?: string; force?: boolean } = {}) =>
  admin.patch(
    object as never,
    undefined,
    undefined,
    as,
    o.force,
    (o.type ?? 'application/merge-patch+json') as never,
  );

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-ownership-'));
  closing.add(() => rm(folder, { recursive: true, force: true }));
  const { kubeconfig } = await startApiServer(folder, closing);
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  admin = KubernetesObjectApi.makeApiClient(config);
  const client = createKubernetesClients({ kubeconfig, requestTimeoutMs: 60_000 });
  closing.add(() => client.close());
  steps = createKubernetesSteps({ read: client, change: client });
  changing = (name) => {
    const step = steps.find((s) => s.contract.name === `kubernetes.${name}`);
    return (step as ImplementedChange).implementation;
  };
  await until(() =>
    admin.read({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }).catch(() => undefined),
  );
}, 240_000);
afterAll(() => closing.close());

describe('a cordon that another run left behind', () => {
  const OPERATION = 'test/run-1/0/change-0';
  // With a field of its own: of an object that is made without any the server remembers no writers.
  const node = () => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'w3', labels: { test: 'cordon' } },
  });
  const read = () => admin.read<V1Node>(node());
  const asKubectl = (unschedulable: boolean) =>
    write('kubectl-cordon', { ...node(), spec: { unschedulable } });
  const input = { node: 'w3', evenIfCordonedByOthers: false };

  const cordoned = async (operation: string) => {
    const { preconditions, preimage } = await changing('cordonNode').plan(
      { node: 'w3' },
      call({ operation }),
    );
    await changing('cordonNode').apply({ node: 'w3' }, preconditions, call({ operation }));
    return changing('cordonNode').undo!(preimage, { input: { node: 'w3' }, operation })!.preconditions;
  };
  /** What the run that puts back is told of what was foreseen. */
  const later = async () => {
    const foreseen = await cordoned(OPERATION);
    return call({ run: 'test/run-2/', operation: 'test/run-2/0/put-back-0', foreseen });
  };

  beforeEach(async () => {
    await admin.delete(node()).catch(() => undefined);
    await admin.create(node());
  });

  test('exactly the cordon that its operation set is put back, and the plan says whose it is', async () => {
    const context = await later();
    const planned = await changing('uncordonNode').plan(input, context);
    expect(planned).toMatchObject({
      dryRun: 'server',
      diff: expect.arrayContaining([{ path: 'spec.unschedulable', before: true, after: null }]),
      preconditions: { cordonedBy: OPERATION, leftBehind: true },
      warnings: [`This takes away a cordon made by nightshift operation ${OPERATION}`],
    });
    const done = await changing('uncordonNode').apply(input, planned.preconditions, context);
    expect(done).toMatchObject({ outcome: 'applied' });
    expect((await read()).spec?.unschedulable).toBeUndefined();
  });

  test('a run that was not told of it is refused', async () => {
    const { foreseen: _, ...context } = await later();
    await expect(changing('uncordonNode').plan(input, context)).rejects.toMatchObject({
      kind: 'refused',
      message: `w3 was cordoned by nightshift operation ${OPERATION}, not by this run`,
    });
  });

  test('a cordon that a person set in its place is refused, at the plan and at the write', async () => {
    const context = await later();
    const planned = await changing('uncordonNode').plan(input, context);
    await asKubectl(false);
    await asKubectl(true);
    await expect(changing('uncordonNode').plan(input, context)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(
        new RegExp(
          `^w3 is cordoned by kubectl-cordon at .* now: no longer by ${OPERATION}, or not by it alone$`,
        ),
      ),
      next: expect.stringMatching(/nightshift left gone ID$/),
    });
    await expect(changing('uncordonNode').apply(input, planned.preconditions, context)).rejects.toMatchObject(
      {
        kind: 'conflict',
        message: expect.stringMatching(/is cordoned by kubectl-cordon/),
      },
    );
    expect((await read()).spec?.unschedulable).toBe(true);
  });

  test('a cordon that somebody applies as well is not ours alone, also when we write to the node later', async () => {
    const context = await later();
    const theirs = { ...node(), metadata: { name: 'w3' }, spec: { unschedulable: true } };
    await write('argocd-controller', theirs, { type: 'application/apply-patch+yaml' });
    await write('nightshift', { ...node(), metadata: { name: 'w3', labels: { test: 'later' } } });
    await expect(changing('uncordonNode').plan(input, context)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/^w3 is cordoned by argocd-controller.* now: .* or not by it alone$/),
    });
    await expect(changing('uncordonNode').apply(input, context.foreseen, context)).rejects.toMatchObject({
      kind: 'conflict',
    });
    expect((await read()).spec?.unschedulable).toBe(true);
  });

  test("a third run's cordon, set after the first was taken away, is refused", async () => {
    const context = await later();
    await asKubectl(false);
    await cordoned('test/run-3/0/change-0');
    await expect(changing('uncordonNode').plan(input, context)).rejects.toMatchObject({
      kind: 'refused',
      message: `w3 is cordoned by nightshift operation test/run-3/0/change-0 now: no longer by ${OPERATION}, or not by it alone`,
    });
  });

  test('a cordon that a plan found there and let stay is not its to take away later either', async () => {
    await cordoned(OPERATION);
    const [run, operation] = ['test/run-3/', 'test/run-3/0/change-0'];
    const cordon = await changing('cordonNode').plan({ node: 'w3' }, call({ run, operation }));
    const [preconditions, preimage] = [cordon.preconditions as never, cordon.preimage as never];
    const its = { step: 'kubernetes.cordonNode', input: { node: 'w3' }, target: 'node/w3', operation };
    const earlier = [{ ...its, preconditions, preimage }];
    const stays = await changing('uncordonNode').plan(input, call({ run, earlier }));
    expect(stays).toMatchObject({ diff: [], warnings: [expect.stringMatching(/^w3 stays cordoned/)] });
    const context = call({ run: 'test/run-4/', foreseen: stays.preconditions });
    await expect(changing('uncordonNode').plan(input, context)).rejects.toMatchObject({
      kind: 'refused',
      message: `w3 was cordoned by nightshift operation ${OPERATION}, not by this run`,
    });
  });

  test('uncordoned by hand, or the node gone: nothing to do', async () => {
    const context = await later();
    await asKubectl(false);
    expect(await changing('uncordonNode').plan(input, context)).toMatchObject({ diff: [] });
    await admin.delete(node());
    const planned = await changing('uncordonNode').plan(input, context);
    expect(planned).toMatchObject({
      diff: [],
      warnings: ['w3 is gone, and its cordon with it: nothing changes'],
    });
  });

  test('a node that was replaced under its name has another cordon, whatever its annotation says', async () => {
    const context = await later();
    await admin.delete(node());
    await admin.create({
      ...node(),
      metadata: { name: 'w3', annotations: { [CORDONED_BY]: OPERATION } },
      spec: { unschedulable: true },
    } as never);
    await expect(changing('uncordonNode').plan(input, context)).rejects.toMatchObject({ kind: 'refused' });
    expect((await read()).spec?.unschedulable).toBe(true);
  });

  test('from its run, which is over, by way of the list of what is left, to the run that puts it back', async () => {
    const entry = new URL('../../workflows/fixtures/entry.ts', import.meta.url);
    const engine = await startEngine({ entry, steps });
    closing.add(() => engine.stop());
    const first = await engine.start('cordons', { node: 'w3' });
    await first.decide(await first.question(), { answer: 'approve' });
    expect(await first.end()).toMatchObject({ outcome: 'completed' });
    expect((await read()).spec?.unschedulable).toBe(true);

    const [left] = await engine.ledger.leftovers();
    await runAbout(engine.ledger, left!, {
      trigger: { kind: 'person', source: 'api', authenticated: true, person: 'ana' },
      requestId: 'put-back-now',
      putBackNow: true,
    });
    const [second] = await engine.startReceived();
    const question = await second!.question();
    const whose = `This takes away a cordon made by nightshift operation [^ ]*/${first.workflowId}/`;
    expect(question.plan?.putBacks).toMatchObject([
      { dryRun: 'server', warnings: [expect.stringMatching(new RegExp(whose))] },
    ]);
    await second!.decide(question, { answer: 'approve' });
    expect(await second!.end()).toMatchObject({ outcome: 'completed' });
    expect((await read()).spec?.unschedulable).toBeUndefined();
    expect(await engine.ledger.leftovers()).toEqual([]);
  }, 240_000);
});

describe('fields of a Deployment that somebody applies', () => {
  const FLUX = 'kustomize-controller';
  const IMAGE = 'registry.example/api:1';
  const named = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'api', namespace: 'default' },
  };
  const manifest = (image = IMAGE) => ({
    ...named,
    spec: {
      selector: { matchLabels: { app: 'api' } },
      template: {
        metadata: { labels: { app: 'api' } },
        spec: { containers: [{ name: 'app', image, resources: { limits: { memory: '64Mi' } } }] },
      },
    },
  });
  const apply = (object: object, force = false) =>
    write(FLUX, object, { type: 'application/apply-patch+yaml', force });
  const owners = async () =>
    ((await admin.read<V1Deployment>(named)).metadata?.managedFields ?? []).map(
      ({ manager, operation, fieldsV1 }) => ({ manager, operation, fieldsV1 }),
    );
  const rows = [
    { name: 'setImage', change: { image: 'registry.example/api:2' }, field: 'image' },
    { name: 'setResources', change: { limits: { memory: '128Mi' } }, field: 'resources.limits.memory' },
    // What is taken away has no owner any more, and theirs again when it is back.
    { name: 'setResources', change: { limits: { memory: null } }, field: 'resources.limits.memory' },
  ] as const;

  for (const { name, change, field, anew } of rows.flatMap((row) => [
    { ...row, anew: false },
    { ...row, anew: true },
  ]))
    test(`${name} ${JSON.stringify(change)}: the plan names the owner; undone${anew ? ' by a plan of its own' : ''}, the field is theirs again`, async () => {
      await apply(manifest(), true);
      const before = await owners();
      const step = changing(name);
      const input = { namespace: 'default', kind: 'Deployment', name: 'api', container: 'app' };
      const wanted = { ...input, limits: {}, requests: {}, ...change };
      const planned = await step.plan(wanted, call());
      expect(planned.warnings).toEqual([
        'All 1 pods of api are replaced, by RollingUpdate',
        `${FLUX} applies spec.template.spec.containers[name=app].${field}: its next apply writes its own value again, or is refused by a conflict with nightshift; make the same change there`,
      ]);
      await step.apply(wanted, planned.preconditions, call());
      const taken = change !== rows[2].change;
      if (taken) await expect(apply(manifest())).rejects.toThrow(/conflict with/);

      const undo = step.undo!(planned.preimage, { input: wanted, operation: 'o' })!;
      const { preconditions } = anew
        ? await step.plan(undo.change.input, call({ foreseen: undo.preconditions }))
        : undo;
      const done = await step.apply(undo.change.input, preconditions, call());
      expect(done).toMatchObject({ outcome: 'applied' });
      expect(await owners()).toEqual(before);
      await apply(manifest('registry.example/api:3'));
    });

  test('where nobody owns a field nobody is named', async () => {
    await apply(manifest(), true);
    const input = { namespace: 'default', kind: 'Deployment', name: 'api', container: 'app' };
    const wanted = { ...input, limits: {}, requests: { cpu: '10m' } };
    expect((await changing('setResources').plan(wanted, call())).warnings).toEqual([
      'All 1 pods of api are replaced, by RollingUpdate',
      // Known by the name of its field manager.
      'Flux manages it and may write its own version again: make the same change there',
    ]);
  });
});
