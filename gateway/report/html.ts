/** HTML that lets nothing through: what is put into `html` is text unless `html` made it. */
const AS_HTML = Symbol('html');

export interface Html {
  readonly [AS_HTML]: string;
}
type Piece = string | number | Html | undefined | readonly Piece[];

/** Markup with values in it. Text is escaped; a list is put one after the other; `undefined` is nothing. */
export const html = (markup: TemplateStringsArray, ...values: readonly Piece[]): Html => ({
  [AS_HTML]: String.raw({ raw: markup }, ...values.map(written)),
});

/** The finished page. */
export const textOf = (page: Html): string => page[AS_HTML];

function written(piece: Piece): string {
  if (piece === undefined) return '';
  if (typeof piece === 'string' || typeof piece === 'number') return escaped(String(piece));
  return AS_HTML in piece ? piece[AS_HTML] : piece.map(written).join('');
}

// Control characters but the end of a line, and those that take no room or turn a line around: shown, so that nothing hides.
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** For the text of an element and for a value in quotes. */
function escaped(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(UNSEEN, (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`)
    .replace(/[&<>"'`=]/g, (character) => `&#${character.codePointAt(0)};`);
}
