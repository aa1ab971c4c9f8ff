import { hashOf, implementChange, StepFailure } from '../../kit/index.ts';
import { holdsSecret } from '../changes/holds-secret.ts';
import { uncontended } from '../changes/uncontended.ts';
import { namesSecret } from '../changes/without-secrets.ts';
import type { Limits } from '../client/http.ts';
import type { ObjectOf } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { LARGEST_VALUE } from '../contract/configuration.ts';
import { mayBeReverted } from '../workloads/deployed-by.ts';
import { changedLines } from './changed-lines.ts';

type ConfigMap = ObjectOf<'configmaps'>;
type Values = Readonly<Record<string, string | null>>;
interface Named {
  readonly namespace: string;
  readonly configMap: string;
}

export const setConfigMapKeys = ({ api }: KubernetesClient) => {
  return implementChange(kubernetes.setConfigMapKeys, {
    plan: (input, context) =>
      uncontended(context, async () => {
        const map = await present(input, context);
        const before = valuesOf(map, input.values);
        assertForTheRecord(input, before);
        const found = {
          preconditions: { uid: uidOf(map), present: hashes(before) },
          preimage: { uid: uidOf(map), values: before },
        };
        const changed = Object.keys(input.values).filter((key) => before[key] !== input.values[key]);
        if (changed.length === 0) {
          const warnings = [`ConfigMap ${input.configMap} says this already: nothing changes`];
          return { diff: [], ...found, dryRun: 'none' as const, warnings };
        }
        await write(input, map, context, { dryRun: true });
        return {
          diff: changed.map((key) => changedLines(key, before[key] ?? null, input.values[key] ?? null)),
          ...found,
          dryRun: 'server' as const,
          warnings: mayBeReverted(map),
        };
      }),

    apply: (input, expected, context) =>
      uncontended(context, async () => {
        const map = await present(input, context);
        if (uidOf(map) !== expected.uid) {
          throw new StepFailure(
            'conflict',
            `ConfigMap ${nameOf(input)} was replaced: another one has its name now`,
          );
        }
        const now = hashes(valuesOf(map, input.values));
        const output = { uid: expected.uid, keys: Object.keys(input.values) };
        if (equal(now, hashes(input.values))) return { outcome: 'already-satisfied' as const, output };
        if (!equal(now, expected.present)) {
          throw new StepFailure('conflict', `ConfigMap ${nameOf(input)} was changed since this was planned`, {
            next: 'Look at what changed; the plan is made again from its present values.',
          });
        }
        await write(input, map, context);
        return { outcome: 'applied' as const, output };
      }),

    async probe(input, expected, context) {
      const map = await api.find(
        'configmaps',
        { namespace: input.namespace, name: input.configMap },
        context,
      );
      if (!map || uidOf(map) !== expected.uid) return { state: 'not-applied' };
      const now = hashes(valuesOf(map, input.values));
      if (equal(now, hashes(input.values))) {
        return { state: 'applied', output: { uid: expected.uid, keys: Object.keys(input.values) } };
      }
      return equal(now, expected.present)
        ? { state: 'not-applied' }
        : {
            state: 'unknown',
            reason: `ConfigMap ${input.configMap} says a third thing now: somebody changed it since`,
          };
    },

    undo({ uid, values }, { input }) {
      const changed = Object.keys(values).filter((key) => values[key] !== input.values[key]);
      if (changed.length === 0) return undefined;
      return {
        change: kubernetes.setConfigMapKeys({ ...input, values }),
        preconditions: { uid, present: hashes(input.values) },
        diff: changed.map((key) => changedLines(key, input.values[key] ?? null, values[key] ?? null)),
      };
    },
  });

  async function present(named: Named, limits: Limits): Promise<ConfigMap> {
    const map = await api.find('configmaps', { namespace: named.namespace, name: named.configMap }, limits);
    if (!map) {
      throw new StepFailure('conflict', `There is no ConfigMap ${nameOf(named)}`, {
        next: 'Check the name.',
      });
    }
    if (!map.immutable) return map;
    throw new StepFailure('conflict', `ConfigMap ${nameOf(named)} is immutable`, {
      next: 'Make another one under a new name and let the workload refer to that.',
    });
  }

  async function write(
    { namespace, configMap: name, values }: Named & { readonly values: Values },
    { metadata }: ConfigMap,
    limits: Limits,
    { dryRun = false } = {},
  ): Promise<void> {
    const guard = { uid: metadata?.uid, resourceVersion: metadata?.resourceVersion };
    const patch = { metadata: guard, data: values };
    await api.patch('configmaps', { namespace, name, patch, type: 'merge-patch', dryRun }, limits);
  }
};

/** A plan goes into histories and the record: what looks like a secret, now or then, must not be in it. */
function assertForTheRecord(
  { configMap, values }: Named & { readonly values: Values },
  before: Values,
): void {
  const refused = Object.keys(values).find((key) =>
    [before[key], values[key]].some(
      (v) => typeof v === 'string' && (namesSecret(key) || v.length > LARGEST_VALUE || holdsSecret(v)),
    ),
  );
  if (refused === undefined) return;
  throw new StepFailure(
    'refused',
    `${refused} of ConfigMap ${configMap} holds what looks like a secret, or is too large for a plan`,
    {
      next: `Change it by hand: kubectl edit configmap ${configMap}`,
    },
  );
}

function valuesOf(map: ConfigMap, keys: Values): Record<string, string | null> {
  return Object.fromEntries(Object.keys(keys).map((key) => [key, map.data?.[key] ?? null]));
}

const hashes = (values: Values) =>
  Object.fromEntries(Object.entries(values).map(([key, v]) => [key, v === null ? null : hashOf(v)]));
const equal = (a: Values, b: Values) => Object.keys(a).every((key) => a[key] === b[key]);
const uidOf = (map: ConfigMap) => map.metadata?.uid ?? '';
const nameOf = ({ namespace, configMap }: Named) => `${namespace}/${configMap}`;
