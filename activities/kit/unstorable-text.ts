/** The path of the first text that the ledger cannot keep as it is: with a NUL character or half a surrogate pair. */
export function unstorableText(value: unknown, path = ''): string | undefined {
  if (typeof value === 'string') {
    return value.includes('\u0000') || !value.isWellFormed() ? path : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, field] of Object.entries(value)) {
    const found =
      unstorableText(key, path || 'input') ?? unstorableText(field, path === '' ? key : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
