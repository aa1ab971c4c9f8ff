import { expect, test } from '@jest/globals';
import type { z } from 'zod';
import { implementRead, type ImplementedStep } from '../../activities/kit/index.ts';
import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { handedOver, handsOver } from './hands-over.ts';
import { onStage } from './on-stage.ts';
import { pod, sick } from './pod.ts';
import { changing } from './stage.ts';

type Profile = z.output<(typeof kubernetes.profileGo)['contract']['output']>;
const HOLDS = { function: 'main.(*stock).reserve', at: 'stock.go:24', share: 0.93 };
const profile: Profile = {
  verdict: 'pass',
  reason: '93% of mutex',
  unit: 'nanoseconds',
  total: 70e9,
  ownCode: [HOLDS],
  top: [{ function: 'sync.(*Mutex).Unlock', at: 'mutex.go:219', share: 1 }],
  artefacts: [{ name: 'mutex-of-b.svg', sha256: 'b'.repeat(64), mediaType: 'image/svg+xml', bytes: 10 }],
};

class Stock {
  readonly effects: string[] = [];
  pods: Pod[] = [sick('a', { workload: 'stock' }), pod('b', { workload: 'stock' }), pod('c')];
  measured: Profile = profile;
  constructor(different: Partial<Stock> = {}) {
    Object.assign(this, different);
  }

  /** Which pod was measured. */
  readonly asked: string[] = [];
  get steps(): ImplementedStep[] {
    return [
      implementRead(kubernetes.listPods, async ({ namespace }) => ({
        pods: this.pods.map((p) => ({ ...p, namespace: namespace! })),
      })),
      changing(kubernetes.profileGo, {
        preconditions: { uid: 'u' },
        preimage: {},
        does: ({ pod: { name }, kind, seconds }) => {
          this.asked.push(`${kind} of ${name} for ${seconds} s`);
          return this.measured;
        },
      }),
    ];
  }
}

const empty = { unit: '', total: 0, ownCode: [], top: [], artefacts: [] };
const scenes = {
  good: new Stock(),
  calm: new Stock({ measured: { ...profile, total: 1e9 } }),
  blind: new Stock({ measured: { verdict: 'fail', reason: 'nothing listens on port 6060 of b', ...empty } }),
  none: new Stock({ pods: [] }),
};
const engine = onStage(scenes);
const start = (namespace: keyof typeof scenes) =>
  engine.start('lock-contention', { namespace, name: 'stock' });

test('the function that holds the lock is named with its place; a well pod is measured, and nobody is asked', async () => {
  expect(await (await start('good')).end()).toMatchObject(
    handedOver(/14 goroutines wait for a lock, 93% of the time for one that main\.\(\*stock\)\.reserve/, {
      function: HOLDS.function,
      at: 'stock.go:24',
      waiting: 14,
      artefacts: profile.artefacts,
    }),
  );
  expect(scenes.good.asked).toEqual(['mutex of b for 5 s']);
});

test('hardly anybody waits: over, and it says that locks are not it', async () => {
  expect(await (await start('calm')).end()).toMatchObject({
    outcome: 'completed',
    result: { over: true, found: expect.stringMatching(/0\.2 goroutines wait.*not what makes it slow/) },
  });
});

handsOver({ start, scenes }, [
  ['no profile', 'blind', /not known: nothing listens on port 6060 of b\. By hand: go tool pprof/],
  ['no pod', 'none', /^There is no pod of Deployment none\/stock/],
]);
