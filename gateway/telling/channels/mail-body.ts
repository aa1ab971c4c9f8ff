/** The two forms of a message's body. Whatever strangers wrote is text in both. */
import { escaped } from '../../../activities/kit/markup.ts';
import type { Telling } from '../telling.ts';

export const textOf = (tellings: readonly Telling[]): string =>
  tellings
    .map(({ title, lines, commands }) =>
      [title, '', ...lines, ...(commands.length > 0 ? ['', ...commands.map((c) => `    ${c}`)] : [])].join(
        '\n',
      ),
    )
    .join('\n\n----\n\n');

export const htmlOf = (tellings: readonly Telling[]): string =>
  [
    '<!doctype html><html><head><meta charset="utf-8"></head>',
    '<body style="font-family: sans-serif">',
    ...tellings.map(blockOf),
    '</body></html>',
  ].join('\n');

const blockOf = ({ title, lines, commands }: Telling): string =>
  [
    `<p><strong>${escaped(title)}</strong></p>`,
    lines.length > 0 ? `<p>${lines.map(escaped).join('<br>\n')}</p>` : '',
    commands.length > 0 ? `<pre>${commands.map(escaped).join('\n')}</pre>` : '',
  ].join('\n');
