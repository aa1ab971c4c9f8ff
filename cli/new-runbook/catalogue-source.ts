/** The catalogue with one runbook more, as text. Pure. */

/** `const runbooks: readonly RunbookDefinition[] = [...]` or `export default [...]`. */
const LIST = /((?:const\s+\w+[^=;]*=|export\s+default)\s*)\[([^[\]]*)\]/;
/** A list in a longer line has a line for each. */
const WIDTH = 108;
const IMPORT = /^import\s[^;]*;[^\S\n]*\n/gm;

/**
 * The catalogue's source with the runbook imported and listed last. Undefined where no list of names can be found in it,
 * or where a comment makes it unclear where the list ends.
 */
export function withRunbook(
  source: string,
  { variable, from }: { readonly variable: string; readonly from: string },
): string | undefined {
  const found = LIST.exec(source);
  if (!found) return undefined;
  const [whole, before = '', listed = ''] = found;
  if (/\/\/|\/\*/.test(listed)) return undefined;
  const names = listed
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (!names.every((name) => /^[\w$]+$/.test(name))) return undefined;
  const all = [...names, variable];
  const line = `${before}[${all.join(', ')}]`;
  const list = line.length > WIDTH ? `${before}[\n${all.map((name) => `  ${name},\n`).join('')}]` : line;
  const added = source.slice(0, found.index) + list + source.slice(found.index + whole.length);
  const end = [...added.matchAll(IMPORT)].at(-1);
  const at = end ? end.index + end[0].length : 0;
  return `${added.slice(0, at)}import ${variable} from '${from}';\n${added.slice(at)}`;
}
