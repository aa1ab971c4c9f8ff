import { canonicalJson, implementChange, StepFailure } from '../../kit/index.ts';
import { semanticDiff } from '../changes/semantic-diff.ts';
import { uncontended } from '../changes/uncontended.ts';
import type { Limits } from '../client/http.ts';
import type { RawService } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { ServiceTarget } from '../contract/service-target.ts';
import { mayBeReverted } from '../workloads/deployed-by.ts';
import { portKey, targetOf } from './backends.ts';

interface Named {
  readonly namespace: string;
  readonly service: string;
}
interface Wanted extends Named {
  readonly selector: Readonly<Record<string, string | null>>;
  readonly targetPorts: Readonly<Record<string, string>>;
}

export const setServiceTarget = ({ api }: KubernetesClient) => {
  return implementChange(kubernetes.setServiceTarget, {
    plan: (input, context) =>
      uncontended(context, async () => {
        const before = await present(input, context);
        const seen = targetOf(before);
        const wanted = wantedTarget(seen, input);
        const found = {
          preconditions: { uid: uidOf(before), ...seen },
          preimage: { uid: uidOf(before), before: seen, written: wanted },
        };
        if (same(seen, wanted)) {
          const warnings = [`Service ${input.service} asks for this already: nothing changes`];
          return { diff: [], ...found, dryRun: 'none' as const, warnings };
        }
        const after = await write(input, before, wanted, context, { dryRun: true });
        return {
          diff: semanticDiff(before, after),
          ...found,
          dryRun: 'server' as const,
          warnings: mayBeReverted(before),
        };
      }),

    apply: (input, expected, context) =>
      uncontended(context, async () => {
        const now = await present(input, context);
        if (uidOf(now) !== expected.uid) throw replaced(input);
        const wanted = wantedTarget(expected, input);
        if (same(targetOf(now), wanted))
          return { outcome: 'already-satisfied' as const, output: writtenOf(now) };
        if (!same(targetOf(now), expected)) throw edited(input);
        return { outcome: 'applied' as const, output: writtenOf(await write(input, now, wanted, context)) };
      }),

    async probe(input, expected, context) {
      const now = await api.find('services', { namespace: input.namespace, name: input.service }, context);
      if (!now || uidOf(now) !== expected.uid) return { state: 'not-applied' };
      if (same(targetOf(now), wantedTarget(expected, input)))
        return { state: 'applied', output: writtenOf(now) };
      return same(targetOf(now), expected)
        ? { state: 'not-applied' }
        : {
            state: 'unknown',
            reason: `Service ${input.service} selects something else again: somebody changed it`,
          };
    },

    undo({ uid, before, written }, { input: { namespace, service } }) {
      if (same(before, written)) return undefined;
      const keys = new Set([...Object.keys(before.selector), ...Object.keys(written.selector)]);
      const labels = [...keys].filter((key) => before.selector[key] !== written.selector[key]);
      const ports = Object.keys(before.targetPorts).filter(
        (port) => before.targetPorts[port] !== written.targetPorts[port],
      );
      return {
        change: kubernetes.setServiceTarget({
          namespace,
          service,
          selector: Object.fromEntries(labels.map((key) => [key, before.selector[key] ?? null])),
          targetPorts: Object.fromEntries(ports.map((port) => [port, before.targetPorts[port]!])),
        }),
        preconditions: { uid, ...written },
        diff: [
          ...labels.map((key) => ({
            path: `spec.selector.${key}`,
            before: written.selector[key] ?? null,
            after: before.selector[key] ?? null,
          })),
          ...ports.map((port) => ({
            path: `target port of ${port}`,
            before: written.targetPorts[port]!,
            after: before.targetPorts[port]!,
          })),
        ],
      };
    },
  });

  async function present({ namespace, service }: Named, limits: Limits): Promise<RawService> {
    const found = await api.find('services', { namespace, name: service }, limits);
    if (found) return found;
    throw new StepFailure('conflict', `There is no Service ${namespace}/${service}`, {
      next: 'Check the name.',
    });
  }

  function write(
    { namespace, service: name }: Named,
    now: RawService,
    wanted: ServiceTarget,
    limits: Limits,
    { dryRun = false } = {},
  ): Promise<RawService> {
    const patch = [
      { op: 'replace', path: '/metadata/uid', value: now.metadata?.uid },
      { op: 'replace', path: '/metadata/resourceVersion', value: now.metadata?.resourceVersion },
      { op: 'add', path: '/spec/selector', value: wanted.selector },
      ...(now.spec?.ports ?? []).map((port, index) => ({
        op: 'add',
        path: `/spec/ports/${index}/targetPort`,
        value: numberOrName(wanted.targetPorts[portKey(port)] ?? String(port.targetPort ?? port.port)),
      })),
    ];
    return api.patch('services', { namespace, name, patch, type: 'json-patch', dryRun }, limits);
  }
};

/** What was seen with the wanted labels and ports in it. Throws `invalid` for a port that the Service does not have. */
function wantedTarget(seen: ServiceTarget, { service, selector, targetPorts }: Wanted): ServiceTarget {
  const unknown = Object.keys(targetPorts).find((port) => !(port in seen.targetPorts));
  if (unknown !== undefined) {
    throw new StepFailure('invalid', `Service ${service} has no port ${unknown}`, {
      next: `It has ${Object.keys(seen.targetPorts).join(', ') || 'none'}.`,
    });
  }
  const labels = Object.entries({ ...seen.selector, ...selector });
  const kept = labels.filter((entry): entry is [string, string] => entry[1] !== null);
  if (kept.length === 0) {
    throw new StepFailure('invalid', `Service ${service} would select nothing at all`, {
      next: 'Leave at least one label in its selector.',
    });
  }
  return { selector: Object.fromEntries(kept), targetPorts: { ...seen.targetPorts, ...targetPorts } };
}

const same = (a: ServiceTarget, b: ServiceTarget) =>
  canonicalJson({ selector: a.selector, targetPorts: a.targetPorts }) ===
  canonicalJson({ selector: b.selector, targetPorts: b.targetPorts });
const numberOrName = (port: string) => (/^\d+$/.test(port) ? Number(port) : port);
const uidOf = (object: RawService) => object.metadata?.uid ?? '';
const writtenOf = (service: RawService) => ({ uid: uidOf(service), ...targetOf(service) });
const replaced = ({ namespace, service }: Named) =>
  new StepFailure('conflict', `Service ${namespace}/${service} was replaced: another one has its name now`);
const edited = ({ namespace, service }: Named) =>
  new StepFailure('conflict', `Service ${namespace}/${service} was changed since this was planned`, {
    next: 'Look at what changed; the plan is made again from what it selects now.',
  });
