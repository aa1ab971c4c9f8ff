/** The text, or its beginning and `…`: at most so many UTF-16 units, and no half of a character. */
export const shortened = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`;
