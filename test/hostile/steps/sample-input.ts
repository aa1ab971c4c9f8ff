/** Inputs made from the contracts' schemas, and every place in them where a text stands. */
import fc from 'fast-check';
import { z } from 'zod';
import type { AnyContract } from '../../../activities/kit/index.ts';

type Schema = z.core.JSONSchema.BaseSchema;
export type Path = readonly string[];

/** What refinements ask for beyond what JSON Schema can say. */
const GIVEN: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'kubernetes.conditionMet': { for: 'condition=Ready' },
  'kubernetes.execInPod': { argv: undefined },
  'kubernetes.servedCertificates': { node: undefined },
  'kubernetes.setServiceTarget': { targetPorts: undefined },
  'kubernetes.scale': { replicas: 2 },
  'hosts.run': { command: ['/usr/sbin/conntrack', '-D'] },
  'loki.query': { expr: '{app="api"}' },
  'loki.patterns': { expr: '{app="api"}' },
};
/** Of every step: what the scripted cluster and host have. */
const KNOWN: Readonly<Record<string, unknown>> = {
  container: 'app',
  target: 'app',
  uid: 'uid-1',
  path: '/var/log/pods/a_b_c/app/0.log',
  window: '5m',
  group: 'example.com',
  resource: 'widgets',
  since: '5m',
  host: 'worker-3',
  unit: 'kube-proxy.service',
  node: 'worker-1',
  namespace: 'payments',
  name: 'api',
  address: '10.0.0.7',
  memoryMax: '64M',
};

/** An input that the step takes, with nearly every optional field in it. */
export function sampleInput(contract: AnyContract): Record<string, unknown> {
  const schema = z.toJSONSchema(contract.input, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
  const made = sample(schema) as Record<string, unknown>;
  const fitting = (value: unknown, path: Path): unknown => {
    const known = KNOWN[path.at(-1) ?? ''];
    if (typeof value === 'string' && known !== undefined && takes(contract, put(made, path, known)))
      return known;
    if (typeof value !== 'object' || value === null) return value;
    const fields = Object.entries(value).map(
      ([key, field]) => [key, fitting(field, [...path, key])] as const,
    );
    return Array.isArray(value) ? fields.map(([, field]) => field) : Object.fromEntries(fields);
  };
  const input = { ...(fitting(made, []) as Record<string, unknown>), ...GIVEN[contract.name] };
  return JSON.parse(JSON.stringify(input)) as Record<string, unknown>;
}

export const takes = (contract: AnyContract, input: unknown): boolean =>
  contract.input.safeParse(input).success;

/** Every place of a text, names of fields that are free among them (`key` in the place of a value). */
export function textPlaces(value: unknown, path: Path = []): Path[] {
  if (typeof value === 'string') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, field]) => textPlaces(field, [...path, key]));
}

/** The value with another one in that place. */
export function put(value: unknown, [key, ...rest]: Path, leaf: unknown): unknown {
  if (key === undefined) return leaf;
  if (Array.isArray(value))
    return value.map((one: unknown, i) => (String(i) === key ? put(one, rest, leaf) : one));
  const fields = Object.entries(value as object).map(
    ([name, field]) => [name, name === key ? put(field, rest, leaf) : field] as const,
  );
  return Object.fromEntries(fields);
}

function sample(schema: Schema): unknown {
  if (schema === undefined) return 'a-text';
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const [option] = schema.anyOf ?? schema.oneOf ?? [];
  if (option !== undefined) return sample(option);
  if (schema.allOf !== undefined) return sample(Object.assign({}, ...schema.allOf) as Schema);
  switch (schema.type) {
    case 'object': {
      const fields = Object.entries(schema.properties ?? {}).map(([name, of]) => [
        name,
        sample(of as Schema),
      ]);
      if (fields.length > 0) return Object.fromEntries(fields) as unknown;
      const names = schema.propertyNames as Schema | undefined;
      const of = schema.additionalProperties as Schema | undefined;
      if (typeof of !== 'object') return {};
      return { [String(names ? sample({ type: 'string', ...names }) : 'key')]: sample(of) };
    }
    case 'array': {
      const items = schema.items as Schema | readonly Schema[] | undefined;
      return Array.isArray(items) ? (items as Schema[]).map((one) => sample(one)) : [sample(items as Schema)];
    }
    case 'integer':
    case 'number':
      if (schema.exclusiveMaximum === 1) return 0.5;
      return Math.max(Number(schema.minimum ?? 1), Number(schema.exclusiveMinimum ?? 0) + 1);
    case 'boolean':
      return false;
    case 'null':
      return null;
    default:
      return text(schema);
  }
}

function text({ pattern, format }: Schema): string {
  if (format === 'date-time') return '2026-11-21T02:47:00Z';
  if (format === 'ipv4') return '10.0.0.7';
  if (pattern?.includes('(ms|s|m|h|d|w)')) return '5m';
  // Those of a trace and of a traceparent look ahead, which cannot be sampled.
  if (pattern?.startsWith('^(?!0+$)')) return '0af7651916cd43dd8448eb211c80319c';
  if (pattern?.startsWith('^(?!ff)')) return '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  return pattern === undefined
    ? 'a-text'
    : fc.sample(fc.stringMatching(new RegExp(pattern)), { numRuns: 1, seed: 7 })[0]!;
}
