/**
 * The services and workloads that a change takes pods from. A pod serves while it is Ready and not being deleted, as a
 * PodDisruptionBudget counts it; what is not there yet is away as well, so the number that should be there comes from the
 * workloads. A pod that does not serve takes nothing more away when it goes. A rollout that is under way counts with as
 * many as it takes at once.
 */
import type { Taken } from '../../kit/index.ts';
import type { ObjectOf, RawPod, RawService } from '../client/raw.ts';
import type { Disrupted, Over } from '../contract/disruption.ts';
import { bindingBudgets } from '../draining/budgets.ts';
import { workloadsOf, type Namespaced, type Workload } from './workloads-of.ts';

export interface NamespaceSeen extends Namespaced {
  readonly namespace: string;
  readonly services: readonly RawService[];
  readonly budgets: readonly ObjectOf<'poddisruptionbudgets'>[];
}

interface Group {
  readonly name: string;
  readonly workloads: readonly Workload[];
  readonly loose: readonly RawPod[];
}

export function podGroups(
  over: Over,
  seen: NamespaceSeen,
  { taking, before }: { readonly taking: Taken; readonly before: readonly Taken[] },
): Disrupted[] {
  const goneBefore = uidsOf(before);
  const going = uidsOf([taking]);
  const serves = (pod: RawPod) => isServing(pod) && !goneBefore.has(uidOf(pod));
  const named = (name: string) =>
    !over.of || over.of.includes(`${seen.namespace}/${name}`) || over.of.includes(`${seen.namespace}/*`);

  return groupsOf(over, seen, named).flatMap(({ name, workloads, loose }) => {
    const each = [
      ...workloads.map((workload) => disruptionOf(workload)),
      ...loose.map((pod) => disruptionOf({ wanted: 1, pods: [pod], rolling: false, atOnce: 0 })),
    ];
    const takes = sum(each.map((e) => e.takes));
    const concerned = each.some((e) => e.concerned);
    const pods = [...workloads.flatMap((w) => w.pods), ...loose];
    const taken = pods.filter((pod) => going.has(uidOf(pod)) && serves(pod));
    return concerned
      ? [
          {
            budget: over.budget,
            name,
            things: 'pods' as const,
            wanted: sum(workloads.map((w) => w.wanted)) + loose.length,
            takes,
            away: sum(each.map((e) => e.away)),
            who: each.flatMap((e) => e.who).sort((a, b) => (a.what < b.what ? -1 : 1)),
            noRoom: takes > 0 ? withoutRoom(taken, seen.budgets) : [],
          },
        ]
      : [];
  });

  function disruptionOf(of: Pick<Workload, 'wanted' | 'pods' | 'rolling' | 'atOnce'> & Partial<Workload>) {
    const isRolled = isThe(of, taking.workload);
    const missing = (count: number) => Math.max(0, of.wanted - count);
    const serving = of.pods.filter(serves);
    const stays = serving.filter((pod) => !going.has(uidOf(pod)));
    const takes = isRolled ? of.atOnce : missing(stays.length) - missing(serving.length);
    // The controller keeps its own rollout within what it takes at once, whatever else is away of the same workload.
    const away = isRolled ? 0 : Math.max(missing(serving.length), of.rolling ? of.atOnce : 0);
    const known = of.pods
      .filter((pod) => !serves(pod))
      .slice(0, away)
      .map((pod) => ({ what: pod.metadata?.name ?? '', why: whyNotServing(pod), operation: null }));
    const rest = away - known.length;
    const unnamed = {
      what: `${rest} of ${of.name ?? 'it'}`,
      why: of.rolling ? 'a rollout is under way' : 'not there yet',
      operation: null,
    };
    const concerned = isRolled || of.pods.some((pod) => going.has(uidOf(pod)));
    return { takes, away, who: rest > 0 ? [...known, unnamed] : known, concerned };
  }

  function whyNotServing(pod: RawPod): string {
    if (goneBefore.has(uidOf(pod)) && isServing(pod)) return 'taken by this plan before it';
    if (pod.metadata?.deletionTimestamp) return 'being deleted';
    return pod.spec?.nodeName ? 'not ready' : 'not scheduled';
  }
}

function groupsOf(over: Over, seen: NamespaceSeen, named: (name: string) => boolean): Group[] {
  const { workloads, loose } = workloadsOf(seen);
  if (over.per === 'workload')
    return workloads
      .filter(({ name }) => named(name))
      .map((one) => ({
        name: `${one.kind} ${one.namespace}/${one.name}`,
        workloads: [one],
        loose: [],
      }));
  return seen.services
    .filter(({ metadata }) => named(metadata?.name ?? ''))
    .flatMap(({ metadata, spec }) => {
      const selector = Object.entries(spec?.selector ?? {});
      if (selector.length === 0) return [];
      const matches = (labels: Readonly<Record<string, string>> = {}) =>
        selector.every(([key, value]) => labels[key] === value);
      return [
        {
          name: `service ${seen.namespace}/${metadata?.name ?? ''}`,
          workloads: workloads.filter(
            (w) => matches(w.labels) || w.pods.some((pod) => matches(pod.metadata?.labels)),
          ),
          loose: loose.filter((pod) => matches(pod.metadata?.labels)),
        },
      ];
    });
}

/** The PodDisruptionBudgets over these pods that let none go, in words. */
const withoutRoom = (
  pods: readonly RawPod[],
  budgets: readonly ObjectOf<'poddisruptionbudgets'>[],
): string[] =>
  bindingBudgets(pods, budgets)
    .filter(({ allowed }) => allowed < 1)
    .map(
      ({ namespace, name, because }) => `PodDisruptionBudget ${namespace}/${name} has no room (${because})`,
    );

const isServing = ({ metadata, status }: RawPod): boolean =>
  !metadata?.deletionTimestamp &&
  (status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false);

const isThe = (one: Partial<Workload>, ref: Taken['workload']): boolean =>
  ref !== undefined && one.kind === ref.kind && one.namespace === ref.namespace && one.name === ref.name;

const uidOf = (pod: RawPod): string => pod.metadata?.uid ?? '';
const uidsOf = (taken: readonly Taken[]): ReadonlySet<string> =>
  new Set(taken.flatMap(({ pods = [] }) => pods.map(({ uid }) => uid)));
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
