/** Names, labels, log lines and outputs as somebody who means harm would write them: the same ones in every run of the tests. */
import fc from 'fast-check';

const PIECES = [
  // A shell's.
  ...[
    "'",
    '"',
    '\\',
    '$(id)',
    '`id`',
    ';',
    '|',
    '&&',
    '> /etc/passwd',
    '*',
    '~',
    '!',
    '#',
    '\n',
    '-rf',
    '${IFS}',
    "'\\''",
  ],
  // A terminal's: colours, cursor, title, clipboard, links, device control, and the same in C1.
  ...[
    '\u001b[31m',
    '\u001b[2J',
    '\u001b]0;title\u0007',
    '\u001b]52;c;aWQ=\u0007',
    '\u001b]8;;http://a\u001b\\a\u001b]8;;\u001b\\',
  ],
  ...[
    '\u001bP1$q\u001b\\',
    '\u001b]0;',
    '\u001b[',
    '\u001b',
    '\u009b2J',
    '\u009d0;a\u009c',
    '\u0007',
    '\u0008',
    '\r',
    '\u007f',
  ],
  // A reader's: direction, what takes no room, what is put on top of a letter.
  ...[
    '\u202e',
    '\u2066',
    '\u200b',
    '\u00ad',
    '\ufeff',
    '\u{e0041}',
    'e\u0301\u0301\u0301',
    '\u2028',
    '\u0085',
    '👩‍👩‍👧',
    '世',
  ],
  // A store's: NUL, half a pair, what is left of a broken byte.
  ...['\0', '\ud800', '\udc00', '\ufffd'],
  // Of languages: JavaScript, YAML, JSON, HTML, Markdown, Mermaid.
  ...[
    '__proto__',
    'constructor',
    'toString',
    '&a [*a]',
    '!!js/function',
    '{"a":',
    '<script>',
    ']]>',
    '&lt;',
    '[a](b)',
    '**',
    '```',
    '"]]',
  ],
  ...['a', 'pod-1', ' ', '   ', '\t', '0', '…'],
];

const text = fc
  .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 12 })
  .map((pieces) => pieces.join(''));

export const corpus: readonly string[] = fc.sample(
  fc.oneof(
    { weight: 3, arbitrary: text },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  ),
  { numRuns: 10_000, seed: 3 },
);

/** A hundred thousand characters of each piece that something may look for the end of. */
export const endless: readonly string[] = [
  '\u001b]0;',
  '\u001b[',
  '\u001b[1;',
  '\u009d',
  ' ',
  ' \n',
  '\n',
  '[',
  '[a](',
  '**',
  '`',
  '#',
  '1',
  'e\u0301',
  '\u0301',
  'a ',
  '\u202e',
  '"',
].map((piece) => piece.repeat(100_000 / piece.length));
