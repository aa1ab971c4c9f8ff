/**
 * Whether every value of one JSON Schema is a value of another, for the schemas that zod makes: what one side may send, and
 * the other takes.
 *
 * 1. `from` describes what is sent, `to` what the other side takes.
 * 2. A difference names the path and says, in words, what no longer fits; none means that all values fit.
 * 3. A keyword that is not known here (a custom refinement leaves none) is not compared.
 */
import { boundDifferences } from './schema-bounds.ts';

export interface Difference {
  /** Like `pods[].name`; empty for the value itself. */
  readonly path: string;
  /** Goes after the path: `is required, and may be missing`. */
  readonly what: string;
}

export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

export interface Comparison {
  /** Fields that `to` does not know: lost, where the other side needs to hear them; ignored, where nobody looks. */
  readonly unknownFields: 'lost' | 'ignored';
}

interface Side {
  readonly schema: JsonSchema;
  readonly root: JsonSchema;
}

export function schemaDifferences(from: unknown, to: unknown, how: Comparison): readonly Difference[] {
  const compare = (a: Side, b: Side, path: string, depth: number): readonly Difference[] => {
    const [x, y] = [resolved(a), resolved(b)];
    // A recursive schema: what is below has been compared already.
    if (depth > 40 || Object.keys(y.schema).filter((k) => !k.startsWith('$')).length === 0) return [];
    const deeper = (s: Side, t: Side, at = path) => compare(s, t, at, depth + 1);

    const sent = alternatives(x);
    if (sent) return unique(sent.flatMap((one) => deeper(one, y)));
    const every = all(y);
    if (every) return unique(every.flatMap((one) => deeper(x, one)));
    const taken = alternatives(y);
    if (taken) return fewest(taken.map((one) => deeper(x, one)));
    const parts = all(x);
    if (parts) return fewest(parts.map((one) => deeper(one, y)));

    const values = constants(x.schema);
    if (values) return valueDifferences(values, y.schema, path);
    const allowed = constants(y.schema);
    if (allowed) return [{ path, what: `must be ${listed(allowed)}, and may be something else` }];

    const types = typesOf(x.schema);
    const takes = typesOf(y.schema);
    const stray = takes && (types ?? ['anything']).filter((t) => !fits(t, takes));
    if (takes && stray?.length)
      return [{ path, what: `must be ${takes.join(' or ')}, and may be ${stray.join(' or ')}` }];
    return [
      ...boundDifferences(x.schema, y.schema).map((what) => ({ path, what })),
      ...fieldDifferences(x, y, path, how, deeper),
      ...itemDifferences(x, y, path, deeper),
    ];
  };
  const side = (schema: unknown): Side => ({ schema: asSchema(schema), root: asSchema(schema) });
  return compare(side(from), side(to), '', 0);
}

type Deeper = (a: Side, b: Side, path: string) => readonly Difference[];

function fieldDifferences(a: Side, b: Side, path: string, { unknownFields }: Comparison, deeper: Deeper) {
  const [sent, taken] = [fields(a), fields(b)];
  const others = b.schema['additionalProperties'];
  const always = new Set(a.schema['required'] as readonly string[] | undefined);
  const below = (name: string) => (path ? `${path}.${name}` : name);
  const found: Difference[] = [];
  for (const name of (b.schema['required'] as readonly string[] | undefined) ?? [])
    if (!always.has(name) && takesFields(a))
      found.push({ path: below(name), what: 'is required, and may be missing' });
  for (const [name, schema] of Object.entries(sent)) {
    const [x, y] = [{ ...a, schema: asSchema(schema) }, taken[name] ?? others];
    if (y !== undefined && typeof y === 'object')
      found.push(...deeper(x, { ...b, schema: asSchema(y) }, below(name)));
    else if (takesFields(b) && unknownFields === 'lost' && others !== true)
      found.push({
        path: below(name),
        what: others === false ? 'is not accepted' : 'is not known, and would be ignored',
      });
  }
  const any = a.schema['additionalProperties'];
  if (any && typeof any === 'object' && others && typeof others === 'object')
    found.push(...deeper({ ...a, schema: asSchema(any) }, { ...b, schema: asSchema(others) }, below('*')));
  return found;
}

function itemDifferences(a: Side, b: Side, path: string, deeper: Deeper): readonly Difference[] {
  const [x, y] = [a.schema['items'], b.schema['items']];
  if (y === undefined || y === null || typeof y !== 'object') return [];
  const at = (schema: unknown) => ({ ...a, schema: asSchema(schema) });
  const to = (schema: unknown) => ({ ...b, schema: asSchema(schema) });
  if (Array.isArray(y)) {
    if (!Array.isArray(x) || x.length !== y.length)
      return [{ path: `${path}[]`, what: `must have ${y.length} items` }];
    return y.flatMap((one, i) => deeper(at(x[i]), to(one), `${path}[${i}]`));
  }
  return (Array.isArray(x) ? x : [x ?? {}]).flatMap((one) => deeper(at(one), to(y), `${path}[]`));
}

/** Values that are known one by one only need to be of the right kind, or among those that are taken. */
function valueDifferences(values: readonly unknown[], to: JsonSchema, path: string): readonly Difference[] {
  const allowed = constants(to)?.map((v) => JSON.stringify(v));
  const takes = typesOf(to);
  const refused = values.filter((value) =>
    allowed
      ? !allowed.includes(JSON.stringify(value))
      : takes !== undefined && !fits(value === null ? 'null' : typeof value, takes) && !isWhole(value, takes),
  );
  if (refused.length === 0) return [];
  return [{ path, what: `may be ${listed(refused)}, which is not accepted` }];
}

const isWhole = (value: unknown, takes: readonly string[]) =>
  takes.includes('integer') && Number.isInteger(value);

/** A reference is to the definitions of its own document; zod makes no other. */
function resolved({ schema, root }: Side): Side {
  const reference = schema['$ref'];
  if (typeof reference !== 'string') return { schema, root };
  let found: unknown = root;
  for (const key of reference.replace(/^#\/?/, '').split('/').filter(Boolean))
    found = (found as JsonSchema | undefined)?.[key.replaceAll('~1', '/').replaceAll('~0', '~')];
  return { schema: asSchema(found), root };
}

const branches = ({ schema, root }: Side, keyword: string): readonly Side[] | undefined =>
  Array.isArray(schema[keyword])
    ? schema[keyword].map((one: unknown) => ({ schema: asSchema(one), root }))
    : undefined;
const alternatives = (side: Side) => branches(side, 'anyOf') ?? branches(side, 'oneOf');
const all = (side: Side) => branches(side, 'allOf');

const constants = (schema: JsonSchema): readonly unknown[] | undefined =>
  'const' in schema ? [schema['const']] : (schema['enum'] as readonly unknown[] | undefined);

function typesOf({ type }: JsonSchema): readonly string[] | undefined {
  if (type === undefined) return undefined;
  return Array.isArray(type) ? (type as string[]) : [type as string];
}

const fits = (type: string, takes: readonly string[]) =>
  takes.includes(type) || (type === 'integer' && takes.includes('number'));
const takesFields = ({ schema }: Side) => typesOf(schema)?.includes('object') ?? 'properties' in schema;
const fields = ({ schema }: Side) => (schema['properties'] as Record<string, unknown> | undefined) ?? {};
const asSchema = (schema: unknown): JsonSchema =>
  typeof schema === 'object' && schema !== null ? (schema as JsonSchema) : {};
const listed = (values: readonly unknown[]) => values.map((v) => JSON.stringify(v)).join(', ');

/** Of several ways to fit, the one that fits best says what is missing. */
const fewest = (found: readonly (readonly Difference[])[]): readonly Difference[] =>
  found.reduce((best, one) => (one.length < best.length ? one : best), found[0] ?? []);

const unique = (found: readonly Difference[]): readonly Difference[] => [
  ...new Map(found.map((one) => [`${one.path} ${one.what}`, one])).values(),
];
