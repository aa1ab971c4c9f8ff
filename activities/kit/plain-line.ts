/** What a host printed, as one line that can be stored and shown: control and bidi characters become `�`, a tab a space. */
export const plainLine = (text: string, length = 500): string =>
  text
    .slice(0, length)
    .replaceAll('\t', ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, '�')
    .toWellFormed();

/** The same of several lines. */
export const plainText = (text: string): string =>
  text
    .split('\n')
    .map((line) => plainLine(line, 2_000))
    .join('\n');
