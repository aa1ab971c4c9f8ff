import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { V1Node } from '@kubernetes/client-node';
import type { Planned } from '../../../../activities/kit/index.ts';
import { CORDONED_BY, CORDONED_WHY, kubernetes } from '../../../../activities/kubernetes/contract.ts';
import { createKubernetesSteps } from '../../../../activities/kubernetes/steps.ts';
import { openCluster, type Cluster } from '../cluster.ts';
import { call, inSeconds } from '../calls.ts';

let cluster: Cluster;
let node: string;
let since: Date;
const OPERATION = 'test/run-1/0/change-0';

/** A node object of our own: real to the API server, and nobody's pods are on it. */
const nodeObject = () => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: node, labels: { test: 'cordon' } },
});
const read = () => cluster.admin.read<V1Node>(nodeObject());
const ours = () => cluster.writes({ since, name: node });
const cordon = () => cluster.changing('cordonNode');
const uncordon = () => cluster.changing('uncordonNode');
const asKubectl = (unschedulable: boolean) =>
  cluster.admin.patch(
    { ...nodeObject(), spec: { unschedulable } } as never,
    undefined,
    undefined,
    'kubectl-cordon',
    undefined,
    'application/merge-patch+json',
  );
const planCordon = () =>
  cordon().plan({ node }, call()) as Promise<Planned<Record<string, unknown>, unknown>>;

beforeAll(async () => {
  cluster = await openCluster('cordon');
  node = `${cluster.namespace}-node`;
});
afterAll(async () => {
  await cluster.admin.delete(nodeObject()).catch(() => undefined);
  await cluster.close();
});
beforeEach(async () => {
  await cluster.admin.delete(nodeObject()).catch(() => undefined);
  await cluster.admin.create(nodeObject());
  since = new Date();
});

describe('cordonNode', () => {
  test('the plan is what the server would do, and writes nothing', async () => {
    const planned = await planCordon();
    expect(planned).toMatchObject({
      dryRun: 'server',
      diff: [
        { path: `metadata.annotations["${CORDONED_BY}"]`, before: null, after: OPERATION },
        { path: `metadata.annotations["${CORDONED_WHY}"]`, before: null, after: "(the plan's title)" },
        { path: 'spec.unschedulable', before: null, after: true },
      ],
      preconditions: { uid: expect.any(String), unschedulable: false, cordonedBy: null },
      warnings: [expect.stringMatching(/nodes take pods then: /)],
    });
    expect((await read()).spec?.unschedulable).toBeUndefined();
    expect(await ours()).toEqual([]);
  });

  test('it is carried out once, says who and why, while others write the node all the time', async () => {
    const { preconditions } = await planCordon();
    let noisy = true;
    const noise = (async () => {
      for (let i = 0; noisy; i++) {
        await cluster.admin.patch(
          { ...nodeObject(), metadata: { name: node, labels: { beat: `b${i}` } } },
          undefined,
          undefined,
          'noise',
          undefined,
          'application/merge-patch+json',
        );
      }
    })();
    const applied = await cordon().apply(
      { node },
      preconditions,
      call({ reason: 'Move payment-service off it' }),
    );
    noisy = false;
    await noise;
    expect(applied).toMatchObject({
      outcome: 'applied',
      output: { unschedulable: true, cordonedBy: OPERATION },
    });
    const after = await read();
    expect(after.spec?.unschedulable).toBe(true);
    expect(after.metadata?.annotations).toMatchObject({
      [CORDONED_BY]: OPERATION,
      [CORDONED_WHY]: 'Move payment-service off it',
    });
    expect(await ours()).toHaveLength(1);

    expect(await cordon().apply({ node }, preconditions, call())).toMatchObject({
      outcome: 'already-satisfied',
    });
    expect(await cordon().probe({ node }, preconditions, call())).toMatchObject({ state: 'applied' });
    expect(await ours()).toHaveLength(1);
  });

  test('a node that was replaced under its name is not touched', async () => {
    const { preconditions } = await planCordon();
    await cluster.admin.delete(nodeObject());
    await cluster.admin.create(nodeObject());
    await expect(cordon().apply({ node }, preconditions, call())).rejects.toMatchObject({
      kind: 'conflict',
      message: expect.stringMatching(/was replaced/),
    });
    expect(await cordon().probe({ node }, preconditions, call())).toEqual({ state: 'not-applied' });
    expect(await ours()).toEqual([]);
  });

  test('a node that somebody else cordoned meanwhile is a conflict that names them', async () => {
    const { preconditions } = await planCordon();
    await asKubectl(true);
    await expect(cordon().apply({ node }, preconditions, call())).rejects.toMatchObject({
      kind: 'conflict',
      message: expect.stringMatching(/was cordoned meanwhile, by kubectl-cordon/),
    });
    expect(await ours()).toEqual([]);
  });

  test('a node that is cordoned already: nothing to do, nothing to undo, and it says whose it is', async () => {
    await asKubectl(true);
    const planned = await planCordon();
    expect(planned).toMatchObject({
      diff: [],
      warnings: [expect.stringMatching(/already, by kubectl-cordon/)],
    });
    expect(await cordon().apply({ node }, planned.preconditions, call())).toMatchObject({
      outcome: 'already-satisfied',
    });
    expect(cordon().undo?.(planned.preimage, { input: { node }, operation: OPERATION })).toBeUndefined();
    expect(await ours()).toEqual([]);
  });

  test('after the deadline, or cancelled, nothing is written', async () => {
    const { preconditions } = await planCordon();
    await expect(
      cordon().apply({ node }, preconditions, call({ deadline: inSeconds(-1) })),
    ).rejects.toMatchObject({ kind: 'retryable' });
    await expect(
      cordon().apply({ node }, preconditions, call({ signal: AbortSignal.abort() })),
    ).rejects.toMatchObject({ kind: 'retryable' });
    expect((await read()).spec?.unschedulable).toBeUndefined();
    expect(await ours()).toEqual([]);
  });

  test('an account that may only read is refused at the plan, with the verb and the resource', async () => {
    const steps = createKubernetesSteps({ read: cluster.read, change: cluster.read });
    const reader = steps.find((s) => s.contract.name === 'kubernetes.cordonNode');
    if (!reader || !('implementation' in reader)) throw new Error('no such change');
    await expect(reader.implementation.plan({ node }, call())).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/Not allowed to patch nodes/),
      facts: { status: 403, verb: 'patch', resource: 'nodes' },
    });
  });

  test('a node that does not exist is invalid', async () => {
    await expect(cordon().plan({ node: 'nowhere' }, call())).rejects.toMatchObject({
      kind: 'invalid',
      facts: { status: 404 },
    });
  });
});

describe('uncordonNode', () => {
  const cordoned = async (operation = OPERATION) => {
    const planned = await planCordon();
    await cordon().apply({ node }, planned.preconditions, call({ operation }));
    return planned;
  };

  test('the undo of a cordon takes exactly that away, once', async () => {
    const { preimage } = await cordoned();
    const undo = cordon().undo?.(preimage, { input: { node }, operation: OPERATION });
    expect(undo).toMatchObject({
      change: { step: 'kubernetes.uncordonNode' },
      preconditions: { cordonedBy: OPERATION },
    });
    const context = call({ operation: 'test/run-1/0/undo-0' });
    expect(await uncordon().apply(undo!.change.input, undo!.preconditions, context)).toMatchObject({
      outcome: 'applied',
    });
    const after = await read();
    expect([
      after.spec?.unschedulable,
      after.metadata?.annotations?.[CORDONED_BY],
      after.metadata?.annotations?.[CORDONED_WHY],
    ]).toEqual([undefined, undefined, undefined]);
    expect(await uncordon().apply(undo!.change.input, undo!.preconditions, context)).toMatchObject({
      outcome: 'already-satisfied',
    });
    expect(await ours()).toHaveLength(2);
  });

  test('in one plan with its cordon it is derived from it, before anything is there', async () => {
    const planned = await planCordon();
    const { contract } = kubernetes.cordonNode;
    const earlier = {
      step: contract.name,
      input: { node },
      target: `node/${node}`,
      preconditions: planned.preconditions as never,
      preimage: planned.preimage as never,
      operation: OPERATION,
    };
    const putBack = await uncordon().plan(
      { node, evenIfCordonedByOthers: false },
      call({ operation: 'test/run-1/0/put-back-0', earlier: [earlier] }),
    );
    expect(putBack).toMatchObject({
      dryRun: 'derived',
      preconditions: { uid: planned.preconditions['uid'], unschedulable: true, cordonedBy: OPERATION },
    });
    expect(putBack.diff.map((d) => d.path)).toEqual(planned.diff.map((d) => d.path));
    await cordon().apply({ node }, planned.preconditions, call());
    const context = call({ operation: 'test/run-1/0/put-back-0' });
    expect(
      await uncordon().apply({ node, evenIfCordonedByOthers: false }, putBack.preconditions, context),
    ).toMatchObject({ outcome: 'applied' });
  });

  test("a cordon of this run is found by its annotation; another run's is refused", async () => {
    await cordoned();
    const input = { node, evenIfCordonedByOthers: false };
    expect(await uncordon().plan(input, call({ operation: 'test/run-1/1/change-0' }))).toMatchObject({
      dryRun: 'server',
      preconditions: { cordonedBy: OPERATION },
      warnings: [],
    });
    await expect(
      uncordon().plan(input, call({ run: 'test/run-2/', operation: 'test/run-2/0/change-0' })),
    ).rejects.toMatchObject({
      kind: 'refused',
      message: `${node} was cordoned by nightshift operation ${OPERATION}, not by this run`,
    });
  });

  test("a person's cordon is refused, or taken away when the plan says whose it is", async () => {
    await asKubectl(true);
    await expect(uncordon().plan({ node, evenIfCordonedByOthers: false }, call())).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/by kubectl-cordon/),
    });
    const input = { node, evenIfCordonedByOthers: true };
    const planned = await uncordon().plan(input, call());
    expect(planned.warnings).toEqual([expect.stringMatching(/takes away a cordon made by kubectl-cordon/)]);
    expect(await uncordon().apply(input, planned.preconditions, call())).toMatchObject({
      outcome: 'applied',
    });
    expect((await read()).spec?.unschedulable).toBeUndefined();
  });

  test("our annotation that somebody's uncordon left behind does not make the next person's cordon ours", async () => {
    const { preimage } = await cordoned();
    const undo = cordon().undo?.(preimage, { input: { node }, operation: OPERATION });
    await asKubectl(false);
    await asKubectl(true);
    expect((await read()).metadata?.annotations?.[CORDONED_BY]).toBe(OPERATION);
    await expect(
      uncordon().apply(undo!.change.input, undo!.preconditions, call({ operation: 'test/run-1/0/undo-0' })),
    ).rejects.toMatchObject({
      kind: 'conflict',
      message: expect.stringMatching(/is cordoned by kubectl-cordon/),
    });
    expect((await read()).spec?.unschedulable).toBe(true);
  });

  test('a node that is not cordoned: nothing to do, and a cordon that comes later stays', async () => {
    const input = { node, evenIfCordonedByOthers: false };
    const planned = await uncordon().plan(input, call());
    expect(planned).toMatchObject({ diff: [], warnings: [expect.stringMatching(/is not cordoned/)] });
    expect(await uncordon().apply(input, planned.preconditions, call())).toMatchObject({
      outcome: 'already-satisfied',
    });
    await asKubectl(true);
    await expect(uncordon().apply(input, planned.preconditions, call())).rejects.toMatchObject({
      kind: 'conflict',
    });
  });
});
