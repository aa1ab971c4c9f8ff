/**
 * kubectl's JSONPath (client-go/util/jsonpath), the part that names values: fields with `\.` in their names, `['name']`,
 * `[0]`, `[-1]`, `[1:3]`, `[*]`, `..name` and filters `[?(@.type=="Ready")]`. A key that is missing gives no value. Nothing
 * of an expression is ever evaluated as code.
 */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

type Select = (values: readonly Json[]) => Json[];

/** `{.status.phase}`, `.status.phase` and `status.phase` are the same. Throws a SyntaxError that says where it stops. */
export function jsonPath(expression: string): (object: Json) => Json[] {
  const text = inner(expression);
  const selects: Select[] = [];
  for (let rest = text; rest !== '';) {
    const [select, length] = next(rest, text);
    selects.push(select);
    rest = rest.slice(length);
  }
  return (object) => selects.reduce<Json[]>((values, select) => select(values), [object]);
}

function inner(expression: string): string {
  const trimmed = expression.trim();
  const bare = /^\{(.*)\}$/s.exec(trimmed)?.[1] ?? trimmed;
  if (/[{}]/.test(bare)) throw new SyntaxError('one expression in braces is taken, without text around it');
  const path = bare.trim().replace(/^\$/, '');
  if (path === '') return path;
  return /^[.[]/.test(path) ? path : `.${path}`;
}

const QUOTED = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`;
const FIELD = /^\.((?:[^.[\]\\*\s]|\\.)+)/;
const DEEP = /^\.\.((?:[^.[\]\\*\s]|\\.)+)/;
const NAMED = new RegExp(String.raw`^\[\s*(${QUOTED})\s*\]`);
const INDEX = /^\[\s*(-?\d+)\s*\]/;
const SLICE = /^\[\s*(-?\d*)\s*:\s*(-?\d*)\s*\]/;
const ALL = /^(?:\.\*|\[\s*\*\s*\])/;
const FILTER = new RegExp(
  String.raw`^\[\s*\?\(\s*@((?:[^=!<>"'()\]]|\[[^\]]*\])*?)\s*(?:(==|!=|<=|>=|<|>)\s*(${QUOTED}|-?[\d.]+|true|false))?\s*\)\s*\]`,
);

function next(rest: string, whole: string): [Select, number] {
  let found = DEEP.exec(rest);
  if (found) return [deep(unescaped(found[1]!)), found[0].length];
  found = FIELD.exec(rest);
  if (found) return [field(unescaped(found[1]!)), found[0].length];
  found = NAMED.exec(rest);
  if (found) return [field(unquoted(found[1]!)), found[0].length];
  found = INDEX.exec(rest);
  if (found) return [at(Number(found[1])), found[0].length];
  found = SLICE.exec(rest);
  if (found) return [slice(found[1]!, found[2]!), found[0].length];
  found = ALL.exec(rest);
  if (found) return [(values) => values.flatMap(children), found[0].length];
  found = FILTER.exec(rest);
  if (found) return [filter(found[1]!, found[2], found[3]), found[0].length];
  throw new SyntaxError(`"${rest}" in "${whole}" is not understood`);
}

const field =
  (name: string): Select =>
  (values) =>
    values.flatMap((value) => (isFields(value) && Object.hasOwn(value, name) ? [value[name]!] : []));

const at =
  (index: number): Select =>
  (values) =>
    values.flatMap((value) => {
      const found = Array.isArray(value) ? value.at(index) : undefined;
      return found === undefined ? [] : [found];
    });

const slice =
  (from: string, to: string): Select =>
  (values) =>
    values.flatMap((value) =>
      Array.isArray(value) ? value.slice(Number(from), to === '' ? undefined : Number(to)) : [],
    );

function deep(name: string): Select {
  const everything = (value: Json): Json[] => [value, ...children(value).flatMap(everything)];
  return (values) => field(name)(values.flatMap(everything));
}

function filter(path: string, operator: string | undefined, literal: string | undefined): Select {
  const select = jsonPath(path);
  const wanted = literal === undefined ? undefined : literalOf(literal);
  return (values) =>
    values.flatMap((value) => {
      if (!Array.isArray(value)) return [];
      return value.filter((item) => {
        const [found] = select(item);
        if (operator === undefined || wanted === undefined) return found !== undefined;
        return found !== undefined && compares(found, operator, wanted);
      });
    });
}

function compares(found: Json, operator: string, wanted: Json): boolean {
  if (operator === '==') return found === wanted;
  if (operator === '!=') return found !== wanted;
  if (typeof found !== typeof wanted || (typeof found !== 'number' && typeof found !== 'string'))
    return false;
  const [a, b] = [found, wanted as typeof found];
  return operator === '<' ? a < b : operator === '>' ? a > b : operator === '<=' ? a <= b : a >= b;
}

const literalOf = (text: string): Json =>
  /^["']/.test(text) ? unquoted(text) : text === 'true' ? true : text === 'false' ? false : Number(text);
const unquoted = (text: string): string => unescaped(text.slice(1, -1));
const unescaped = (text: string): string => text.replace(/\\(.)/g, '$1');
const isFields = (value: Json): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const children = (value: Json): Json[] =>
  Array.isArray(value) ? value : isFields(value) ? Object.values(value) : [];
