/**
 * Text that PostgreSQL and canonical JSON can hold: without NUL and without half surrogate pairs, which an alert may
 * carry. What is altered becomes U+FFFD.
 */
export const storableText = (text: string): string => text.replaceAll('\0', '\uFFFD').toWellFormed();

/** The same for every text in a JSON value, names of fields included. */
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [storableText(k), storable(v)]));
  }
  return value;
}
