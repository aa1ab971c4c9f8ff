import { z } from 'zod';
import { change } from '../../kit/index.ts';
import { Name } from './identity.ts';

/** `example.com/dedicated`, as labels and taints have it. */
const KEY = String.raw`([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?`;
const Value = z
  .string()
  .regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/, 'must be the value of a label')
  .nullable();

const atLeastOne = (marks: Readonly<Record<string, unknown>>) => Object.keys(marks).length > 0;

/** By key; `null` takes it away. */
const Labels = z
  .record(z.string().regex(new RegExp(`^${KEY}$`), 'must be the key of a label'), Value)
  .refine(atLeastOne, 'name at least one label');

/** By `key:effect`, which is what tells two taints apart; `null` takes it away. */
const Taints = z
  .record(
    z
      .string()
      .regex(
        new RegExp(`^${KEY}:(NoSchedule|PreferNoSchedule|NoExecute)$`),
        'must be KEY:EFFECT, with NoSchedule, PreferNoSchedule or NoExecute',
      ),
    Value,
  )
  .refine(atLeastOne, 'name at least one taint');

/** `null`: not there. */
const Marks = z.record(z.string(), z.string().nullable());
const Seen = z.object({ uid: z.string(), present: Marks });
const output = z.object({ node: z.string(), uid: z.string(), present: Marks });

/** Change a mark that has another value already. */
const overwrite = z.boolean().default(false);

export const nodeMarks = {
  taintNode: change({
    description:
      'Sets or takes away taints of a node. The plan names the pods that a NoExecute taint puts off it.',
    as: 'kubectl taint node NODE KEY=VALUE:EFFECT',
    rights: [{ in: 'cluster', may: { nodes: ['get', 'patch'], pods: ['list'] } }],
    risk: 'reversible',
    input: z.object({ node: Name, taints: Taints, overwrite }),
    output,
    preconditions: Seen,
    preimage: Seen,
    target: (i) => `node/${i.node}`,
    takesAway: ({ node, taints }) => (keepsPodsOff(taints) ? { node } : undefined),
    summary: (i) => `Taint ${i.node}: ${Object.entries(i.taints).map(taintText).join(', ')}`,
  }),
  labelNode: change({
    description:
      'Sets or takes away labels of a node. The plan names the DaemonSets that select nodes by them.',
    as: 'kubectl label node NODE KEY=VALUE',
    rights: [{ in: 'cluster', may: { nodes: ['get', 'patch'], 'daemonsets.apps': ['list'] } }],
    risk: 'reversible',
    input: z.object({ node: Name, labels: Labels, overwrite }),
    output,
    preconditions: Seen,
    preimage: Seen,
    target: (i) => `node/${i.node}`,
    summary: (i) => `Label ${i.node}: ${Object.entries(i.labels).map(labelText).join(', ')}`,
  }),
};

const keepsPodsOff = (taints: z.output<typeof Taints>): boolean =>
  Object.entries(taints).some(([mark, value]) => value !== null && !mark.endsWith(':PreferNoSchedule'));

/** As kubectl takes them: `dedicated=db:NoSchedule`, `dedicated:NoSchedule-`. */
function taintText([mark, value]: [string, string | null]): string {
  const [key = '', effect = ''] = mark.split(':');
  if (value === null) return `${mark}-`;
  return value === '' ? mark : `${key}=${value}:${effect}`;
}

/** As kubectl takes them: `tier=db`, `tier-`. */
const labelText = ([key, value]: [string, string | null]): string =>
  value === null ? `${key}-` : `${key}=${value}`;
