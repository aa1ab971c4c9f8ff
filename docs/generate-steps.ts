/**
 * `node docs/generate-steps.ts` writes docs/steps.md: what every step does and takes, from the contracts themselves.
 * test/docs/steps.test.ts fails when the file is older than they are.
 */
import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { alertmanager } from '../activities/alertmanager/contract.ts';
import { alerts } from '../activities/alerts/contract.ts';
import { grafana } from '../activities/grafana/contract.ts';
import { hosts } from '../activities/hosts/contract.ts';
import type { ChangeContract, ReadContract, Rights } from '../activities/kit/index.ts';
import { kubernetes } from '../activities/kubernetes/contract.ts';
import { jaeger } from '../activities/jaeger/contract.ts';
import { loki } from '../activities/loki/contract.ts';
import { pagerduty } from '../activities/pagerduty/contract.ts';
import { prometheus } from '../activities/prometheus/contract.ts';
import { tickets } from '../activities/tickets/contract.ts';

type Both =
  'effect' | 'name' | 'description' | 'as' | 'input' | 'output' | 'timeout' | 'rights' | 'onCluster';
/** A contract without its functions, whose parameters differ from step to step. */
type Contract =
  Pick<ReadContract, Both> | Pick<ChangeContract, Both | 'risk' | 'preconditions' | 'temporary'>;

interface System {
  readonly title: string;
  readonly file: string;
  readonly steps: Readonly<Record<string, { readonly contract: Contract }>>;
}

/** The systems in the order of the page. */
export const SYSTEMS: readonly System[] = [
  { title: 'Kubernetes', file: 'activities/kubernetes/contract.ts', steps: kubernetes },
  { title: 'Hosts', file: 'activities/hosts/contract.ts', steps: hosts },
  { title: 'Prometheus', file: 'activities/prometheus/contract.ts', steps: prometheus },
  { title: 'Alertmanager', file: 'activities/alertmanager/contract.ts', steps: alertmanager },
  { title: 'Loki', file: 'activities/loki/contract.ts', steps: loki },
  { title: 'Traces (Jaeger, Tempo)', file: 'activities/jaeger/contract.ts', steps: jaeger },
  { title: 'PagerDuty', file: 'activities/pagerduty/contract.ts', steps: pagerduty },
  { title: 'Grafana', file: 'activities/grafana/contract.ts', steps: grafana },
  { title: 'Tickets', file: 'activities/tickets/contract.ts', steps: tickets },
  { title: 'Alerts received', file: 'activities/alerts/contract.ts', steps: alerts },
];

export const STEPS_FILE = new URL('./steps.md', import.meta.url);

const INTRODUCTION = `# Steps

Generated from the contracts by \`node docs/generate-steps.ts\`; do not edit.

A read is called and awaited. A change is a value that is proposed, approved and carried out; its risk decides who has to agree ([authoring.md](authoring.md), [security.md](security.md#who-has-to-agree)). A field with \`?\` may be left out. What each asks of the Kubernetes API, in RBAC's words, is under it; \`npx nightshift rbac RUNBOOK\` makes roles of that.`;

const ON_CLUSTER =
  ' Each also takes `cluster?`, the name of one in the configuration; the default is meant without it ([operating.md](operating.md#clusters)).';

export function stepsPage(): string {
  return `${[INTRODUCTION, ...SYSTEMS.map(chapter)].join('\n\n')}\n`;
}

function chapter({ title, file, steps }: System): string {
  const contracts = Object.values(steps).map(({ contract }) => contract);
  const row = (c: Contract) => `| [\`${c.name}\`](#${anchor(c.name)}) | ${effectOf(c)} |`;
  return [
    `## ${title}`,
    `Imported from \`${file}\`.${contracts.some((c) => c.onCluster) ? ON_CLUSTER : ''}`,
    ['| step | effect |', '|---|---|', ...contracts.map(row)].join('\n'),
    ...contracts.map(section),
  ].join('\n\n');
}

function section(contract: Contract): string {
  const { name, description, as, output, timeout, rights = [] } = contract;
  const limit = timeout ?? (contract.effect === 'read' ? '5s' : '30s');
  const facts = [
    `**${effectOf(contract)}**, at most ${limit}${as === undefined ? '' : `; by hand: \`${as}\``}`,
    ...(contract.effect === 'change' && contract.temporary
      ? ['What it leaves is meant to be put back: until then it is listed as a leftover.']
      : []),
  ];
  return [
    `### ${name}`,
    sentence(description),
    facts.join('  \n'),
    `Takes ${shape(inputSchema(contract))}`,
    `Gives ${shape(z.toJSONSchema(output, { io: 'output', unrepresentable: 'any' }))}`,
    ...(contract.effect === 'change'
      ? [
          `Acts only while this still holds: ${shape(z.toJSONSchema(contract.preconditions, { unrepresentable: 'any' }))}`,
        ]
      : []),
    ...(rights.length > 0 ? [rights.map((r) => `- ${rightsText(r)}`).join('\n')] : []),
  ].join('\n\n');
}

/** Without the cluster, which the chapter says once. */
function inputSchema({ input, onCluster }: Contract): Schema {
  const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  if (onCluster && schema.properties) delete schema.properties['cluster'];
  return schema;
}

/** `Needs list `pods`, `events` in the whole cluster.` */
function rightsText({ in: place, may = {}, object, when, without }: Rights): string {
  const byVerbs = Map.groupBy(Object.entries(may), ([, verbs]) => verbs.join(', '));
  const resources = [...byVerbs].map(
    ([verbs, entries]) => `${verbs} ${entries.map(([resource]) => `\`${resource}\``).join(', ')}`,
  );
  const all = [...resources, ...(object ? [`${object.join(', ')} the object`] : [])].join('; ');
  const only = Object.entries(when ?? {}).map(([field, value]) =>
    value === true ? `with \`${field}\`` : `for ${field} ${value}`,
  );
  const what = [`${all} ${placeText(place)}`, ...only].join(', ');
  return without === undefined
    ? `Needs the right to ${what}.`
    : `Better with the right to ${what}; without it is missing: ${without}.`;
}

function placeText(place: Rights['in']): string {
  if (typeof place === 'object') return `in ${place.namespace}`;
  return {
    cluster: 'in the whole cluster',
    namespace: 'in the namespaces of its input',
    found: 'in the namespaces that it comes upon',
    probes: 'where probe pods live',
  }[place];
}

/** `read`, or `change, disruptive`. */
export const effectOf = (c: Contract): string => (c.effect === 'read' ? 'read' : `change, ${c.risk}`);
/** Of a step's heading in steps.md. */
export const anchor = (name: string): string => name.toLowerCase().replace(/[^a-z0-9_-]/g, '');
const sentence = (text: string): string => text.replace(/([^.?!])$/, '$1.');

type Schema = z.core.JSONSchema.BaseSchema;

/** A schema as a TypeScript author would write its type, two levels deep. */
function shape(schema: Schema): string {
  return `\`${typeText(schema, schema, 2)}\``;
}

function typeText(schema: Schema | boolean, root: Schema, depth: number): string {
  if (typeof schema === 'boolean') return 'unknown';
  if (schema.$ref !== undefined) {
    const target = resolved(schema.$ref, root);
    // Only that of any JSON value contains itself.
    return JSON.stringify(target).includes(`"${schema.$ref}"`) ? 'JSON' : typeText(target, root, depth);
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map((c) => typeText(c, root, depth)))].join(' or ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' or ');
  if (schema.type === 'array') {
    const item = typeText((schema.items as Schema | undefined) ?? {}, root, depth);
    return item.includes('" or "') && !item.startsWith('{') ? `(${item})[]` : `${item}[]`;
  }
  if (schema.type === 'object') return objectText(schema, root, depth);
  return Array.isArray(schema.type) ? schema.type.join(' or ') : (schema.type ?? 'unknown');
}

function objectText(
  { properties, required, additionalProperties }: Schema,
  root: Schema,
  depth: number,
): string {
  if (!properties) {
    return additionalProperties === undefined || additionalProperties === false
      ? '{}'
      : `{ [name]: ${typeText(additionalProperties, root, depth - 1)} }`;
  }
  if (depth === 0) return '{ … }';
  const fields = Object.entries(properties).map(
    ([name, field]) => `${name}${required?.includes(name) ? '' : '?'}: ${typeText(field, root, depth - 1)}`,
  );
  return `{ ${fields.join(', ')} }`;
}

const resolved = (ref: string, root: Schema): Schema =>
  ref === '#' ? root : ((root.$defs ?? {})[ref.split('/').at(-1) ?? ''] ?? {});

if (import.meta.main) await writeFile(STEPS_FILE, stepsPage());
