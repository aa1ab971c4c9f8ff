/**
 * The sets of fields in `metadata.managedFields` (FieldsV1): who wrote which fields of an object, as the API server keeps
 * it (https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management). A field is named by its way
 * from the root, in FieldsV1's own elements: `f:spec`, `k:{"name":"app"}`, `v:"finalizer"`, `i:0`.
 */
export type FieldPath = readonly string[];
interface Tree {
  [element: string]: Tree;
}

/** The item itself, where its parts are members too. */
const ITSELF = '.';

export function fieldsOf(fieldsV1: object | undefined): FieldPath[] {
  const walk = (tree: Tree, path: FieldPath): FieldPath[] =>
    Object.entries(tree).flatMap(([element, parts]) => {
      if (element === ITSELF) return [path];
      const here = [...path, element];
      return Object.keys(parts).length === 0 ? [here] : walk(parts, here);
    });
  return walk((fieldsV1 ?? {}) as Tree, []);
}

export function fieldsV1Of(fields: readonly FieldPath[]): object {
  const root: Tree = {};
  for (const path of fields) {
    let at = root;
    for (const element of path) at = at[element] ??= {};
    at[ITSELF] = {};
  }
  const plain = (tree: Tree): Tree => {
    const parts = Object.entries(tree).filter(([element]) => element !== ITSELF);
    if (parts.length === 0) return {};
    return {
      ...(tree[ITSELF] && { [ITSELF]: {} }),
      ...Object.fromEntries(parts.map(([element, part]) => [element, plain(part)])),
    };
  };
  return plain(root);
}

const key = (path: FieldPath): string => JSON.stringify(path);

export function without(fields: readonly FieldPath[], taken: readonly FieldPath[]): FieldPath[] {
  const gone = new Set(taken.map(key));
  return fields.filter((path) => !gone.has(key(path)));
}

export function both(fields: readonly FieldPath[], others: readonly FieldPath[]): FieldPath[] {
  const there = new Set(others.map(key));
  return fields.filter((path) => there.has(key(path)));
}

export const together = (fields: readonly FieldPath[], others: readonly FieldPath[]): FieldPath[] => [
  ...fields,
  ...without(others, fields),
];

/** Those that are no part of the way to another: `spec.replicas` and not also `spec`. */
export const innermost = (fields: readonly FieldPath[]): FieldPath[] =>
  fields.filter(
    (path) => !fields.some((other) => other.length > path.length && path.every((e, i) => e === other[i])),
  );

/** As a diff has it: `spec.template.spec.containers[name=app].image`. */
export const fieldName = (path: FieldPath): string =>
  path.reduce((name, element) => {
    const [kind, value] = [element.slice(0, 2), element.slice(2)];
    if (kind === 'f:') {
      if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(value)) return `${name}[${JSON.stringify(value)}]`;
      return name === '' ? value : `${name}.${value}`;
    }
    return `${name}[${kind === 'k:' ? keyWords(value) : value}]`;
  }, '');

function keyWords(json: string): string {
  const parsed = JSON.parse(json) as Record<string, unknown>;
  return Object.entries(parsed)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(',');
}
