/**
 * Any text as one word of the alphabet that the host takes and that no quoting changes: base64 with a dot for each `=`;
 * a dot alone is the empty text.
 */
export const base64Word = (text: string): string =>
  Buffer.from(text, 'utf8').toString('base64').replaceAll('=', '.') || '.';
