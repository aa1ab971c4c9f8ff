/** The fields of a runbook's input, from its JSON Schema, as a person is asked for them. Pure. */
import type { Json } from './run-input.ts';

export interface Field {
  readonly name: string;
  readonly about: string | undefined;
  readonly required: boolean;
  readonly default: Json | undefined;
  /** `json` is whatever has no simpler form: it is typed as JSON. */
  readonly kind: 'text' | 'number' | 'yes-or-no' | 'choice' | 'list' | 'json';
  /** Of a choice. */
  readonly choices: readonly string[];
}

interface Schema {
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: Json;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

/** In the order of the schema. Nothing for an input that is no object: then it has no fields to ask for. */
export function inputFields(schema: object): readonly Field[] {
  const { properties = {}, required = [] } = schema as Schema;
  return Object.entries(properties).map(([name, property]) => ({
    name,
    about: property.description,
    // What has a default may be left out, whatever the schema says.
    required: required.includes(name) && property.default === undefined,
    default: property.default,
    ...kindOf(property),
  }));
}

function kindOf({ type, enum: choices, items }: Schema): Pick<Field, 'kind' | 'choices'> {
  if (choices?.length && choices.every((choice) => typeof choice === 'string'))
    return { kind: 'choice', choices };
  if (type === 'string') return { kind: 'text', choices: [] };
  if (type === 'number' || type === 'integer') return { kind: 'number', choices: [] };
  if (type === 'boolean') return { kind: 'yes-or-no', choices: ['yes', 'no'] };
  if (type === 'array' && items?.type === 'string' && !items.enum) return { kind: 'list', choices: [] };
  return { kind: 'json', choices: [] };
}

/** What was typed as the field's value; undefined leaves the field out. Throws a TypeError that says how to type it. */
export function typedValue(field: Field, typed: string): Json | undefined {
  const text = typed.trim();
  if (text === '') {
    if (field.required) throw new TypeError('it is needed');
    return undefined;
  }
  switch (field.kind) {
    case 'text':
    case 'choice':
      return text;
    case 'number': {
      const number = Number(text);
      if (Number.isFinite(number)) return number;
      throw new TypeError('type a number');
    }
    case 'yes-or-no':
      return text === 'yes';
    case 'list':
      return text.split(',').map((part) => part.trim());
    case 'json':
      try {
        return JSON.parse(text) as Json;
      } catch (cause) {
        throw new TypeError('type JSON, like {"a": 1} or ["a"]', { cause });
      }
  }
}

/** `minutes (number, 30 when left empty): how far back` */
export function questionFor({ name, about, required, default: given, kind }: Field): string {
  const form = {
    text: '',
    choice: '',
    'yes-or-no': '',
    number: 'number',
    list: 'separated by commas',
    json: 'JSON',
  }[kind];
  const empty =
    given === undefined ? (required ? '' : 'may be empty') : `${JSON.stringify(given)} when left empty`;
  const notes = [form, empty].filter((note) => note !== '').join(', ');
  return `${name}${notes ? ` (${notes})` : ''}${about ? `: ${about}` : ''}`;
}
