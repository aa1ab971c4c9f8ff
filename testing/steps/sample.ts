/** A value that a schema accepts, for what a test does not care about. */
import { z } from 'zod';

interface JsonSchema {
  readonly const?: unknown;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly format?: string;
}

/** Throws a TypeError that begins with `otherwise` where no value can be made up, as for a string with a pattern. */
export function sampleOf<S extends z.ZodType>(schema: S, otherwise: string): z.output<S> {
  const made = schema.safeParse(
    valueOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema),
  );
  if (made.success) return made.data;
  const { path, message } = made.error.issues[0]!;
  throw new TypeError(`${otherwise}: none could be made up (${path.join('.') || 'value'}: ${message})`);
}

function valueOf(schema: JsonSchema): unknown {
  if ('const' in schema) return schema.const;
  if ('default' in schema) return schema.default;
  if (schema.enum) return schema.enum[0];
  const choice = schema.anyOf ?? schema.oneOf;
  if (choice) return valueOf(choice[0]!);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(valueOf)) as unknown;
  switch (schema.type) {
    case 'object': {
      const needed = Object.entries(schema.properties ?? {}).filter(([k]) => schema.required?.includes(k));
      return Object.fromEntries(needed.map(([k, v]) => [k, valueOf(v)]));
    }
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => valueOf(schema.items ?? {}));
    case 'string':
      return schema.format === 'date-time' ? '2026-01-01T00:00:00Z' : 'x'.repeat(schema.minLength ?? 1);
    case 'integer':
    case 'number':
      return (schema.exclusiveMinimum ?? (schema.minimum ?? 1) - 1) + 1;
    case 'boolean':
      return true;
    default:
      return null;
  }
}
