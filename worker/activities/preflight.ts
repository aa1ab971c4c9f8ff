/**
 * Whether a plan could be carried out with the credentials at hand, asked before a person is: what is missing is said at
 * once and as a whole, not right by right while the changes are made.
 */
import { clusterNamed, StepFailure, type CallContext } from '../../activities/kit/index.ts';
import type { Access, StepCall } from '../../activities/kubernetes/rights/accesses-of.ts';
import type { ChangeToPlan } from '../../workflows/engine-activities.ts';
import { inMs, withContext } from './call-context.ts';
import { checkOn } from './clusters.ts';
import { changeNamed, readNamed, type ActivityDependencies } from './dependencies.ts';

/** With the account that reads or with the one that changes. */
export type MissingRightsOf = (
  effect: 'read' | 'change',
  calls: readonly StepCall[],
  context: CallContext,
) => Promise<readonly Access[]>;

const LIMIT_MS = 10_000;

/** Throws `refused` with the rules to add, where something needed is missing. */
export async function preflight(
  { steps, missingRights }: Pick<ActivityDependencies, 'steps' | 'missingRights'>,
  changes: readonly ChangeToPlan[],
): Promise<void> {
  if (!missingRights) return;
  const toChange = changes.map(({ step, input }) => {
    const { contract } = changeNamed(steps, step);
    const parsed: unknown = contract.input.parse(input);
    const cluster = clusterNamed(contract, parsed);
    return { rights: contract.rights ?? [], input: parsed, target: contract.target(parsed), cluster };
  });
  const toCheck = changes.flatMap(({ once, undoOnce }, index) =>
    [once, undoOnce].flatMap((named): StepCall[] => {
      const check = checkOn({ steps }, named, toChange[index]!.cluster);
      const contract = check && readNamed(steps, check.step)?.contract;
      if (!contract) return [];
      const input = contract.input.parse(check.input);
      return [{ rights: contract.rights ?? [], input, cluster: clusterNamed(contract, input) }];
    }),
  );
  const missing = await withContext(inMs(LIMIT_MS), async (context) => {
    const needed = async (effect: 'read' | 'change', calls: readonly StepCall[]) =>
      (await missingRights(effect, calls, context)).filter((access) => access.without === undefined);
    const [change, read] = await Promise.all([needed('change', toChange), needed('read', toCheck)]);
    return { change, read };
  });
  const lacking = [
    ...said('The account that changes', missing.change),
    ...said('The account that reads', missing.read),
  ];
  if (lacking.length === 0) return;
  throw new StepFailure(
    'refused',
    `This could not be carried out. ${lacking.map((l) => l.what).join('. ')}`,
    {
      next: `${lacking.map((l) => l.rules).join(' ')} "nightshift rbac RUNBOOK" prints all that a runbook needs`,
    },
  );
}

interface Lacking {
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
}

function said(who: string, missing: readonly Access[]): { what: string; rules: string }[] {
  if (missing.length === 0) return [];
  const places = [...Map.groupBy(missing, (access) => `${access.cluster} ${access.namespace}`).values()].map(
    (of) => ({ ...of[0]!, of: byResource(of) }),
  );
  const what = places.map(({ cluster, namespace, of }) => {
    const where = namespace === undefined ? 'in the cluster' : `in namespace ${namespace}`;
    const which =
      cluster === undefined ? where : `${where}${namespace === undefined ? '' : ' of cluster'} ${cluster}`;
    return `${of.map(inWords).join(', ')} ${which}`;
  });
  const rules = places.map(({ cluster, namespace, of }) => {
    const where = namespace === undefined ? 'a ClusterRole' : `a Role in ${namespace}`;
    return `in ${where}${cluster === undefined ? '' : ` of cluster ${cluster}`} ${of.map(ruleOf).join(', ')}`;
  });
  return [{ what: `${who} may not ${what.join(', nor ')}`, rules: `${who} needs ${rules.join('; ')}.` }];
}

const byResource = (missing: readonly Access[]): Lacking[] =>
  [...Map.groupBy(missing, ({ group, resource }) => `${group}/${resource}`).values()].map((of) => ({
    group: of[0]!.group,
    resource: of[0]!.resource,
    verbs: [...new Set(of.map(({ verb }) => verb))],
  }));

const inWords = ({ group, resource, verbs }: Lacking) =>
  `${verbs.join(' and ')} ${group ? `${resource}.${group}` : resource}`;

const ruleOf = ({ group, resource, verbs }: Lacking) =>
  `{ apiGroups: ["${group}"], resources: ["${resource}"], verbs: [${verbs.map((v) => `"${v}"`).join(', ')}] }`;
