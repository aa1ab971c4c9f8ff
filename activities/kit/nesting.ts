/**
 * How deep values lie in each other. What walks a value (zod, canonical JSON, JSON.stringify) calls itself for each level
 * and ends with a stack overflow somewhere above a thousand; and JSON.parse takes seconds for a few megabytes of brackets,
 * while nothing else in the process gets on. So what comes from outside is measured before it is parsed.
 */

/** Levels of arrays and objects at most in what comes from outside; the deepest objects of Kubernetes, schemas of custom resources, have some dozens. */
export const MAX_NESTING = 200;

/** For what wraps such values: a plan, an entry of the record. */
export const MAX_NESTING_WRAPPED = 2 * MAX_NESTING;

/** JSON of a stranger. A SyntaxError for what is none, a RangeError for what is nested deeper than `MAX_NESTING`. */
export function parseJson(text: string): unknown {
  if (isTextNestedTooDeep(text)) throw new RangeError(`the JSON is nested deeper than ${MAX_NESTING} levels`);
  return JSON.parse(text);
}

/** Whether JSON text opens more than `MAX_NESTING` arrays and objects in each other; looks at each character once. */
export function isTextNestedTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(text, at + 1);
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > MAX_NESTING) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
    }
  }
  return false;
}

/** Where the quote is that ends the string which begins here, or the end of the text. */
function endOfString(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at;
    if (code === 0x5c) at++;
  }
  return text.length;
}

/** Whether arrays and objects lie deeper in each other than so many levels; a value that holds itself does. */
export function isNestedTooDeep(value: unknown, levels = MAX_NESTING): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const field of Object.values(value)) if (isNestedTooDeep(field, levels - 1)) return true;
  return false;
}
