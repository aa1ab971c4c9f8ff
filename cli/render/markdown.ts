import { clean } from './clean.ts';
import { wrap } from './layout.ts';
import type { Screen } from './screen.ts';

/**
 * Markdown as a run writes it (paragraphs, lists, headings, bold, code), wrapped for a terminal. What it does not know
 * stays as it was written; links are shown with their address.
 */
export function renderMarkdown(markdown: string, screen: Screen): string[] {
  const lines: string[] = [];
  let fenced = false;
  for (const raw of clean(markdown).trim().split('\n')) {
    if (/^\s*(```|~~~)/.test(raw)) {
      fenced = !fenced;
      continue;
    }
    if (fenced) lines.push(...wrap(raw, { width: screen.width, first: '  | ', rest: '  | ' }));
    else if (raw.trim() !== '') lines.push(...block(raw, screen));
    else if (lines.at(-1) !== '') lines.push('');
  }
  return lines;
}

function block(raw: string, { paint, width }: Screen): string[] {
  const heading = /^#{1,6}\s+(.*)$/.exec(raw);
  if (heading) return wrap(paint.bold(heading[1] ?? ''), { width, first: '  ' });
  const item = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/.exec(raw);
  if (item) {
    const [, blanks = '', mark = '-', text = ''] = item;
    return wrap(inline(text, paint), { width, first: `  ${blanks}${/\d/.test(mark) ? mark : '•'} ` });
  }
  return wrap(inline(raw.trim(), paint), { width, first: '  ' });
}

const inline = (text: string, paint: Screen['paint']): string =>
  text
    .replace(/\*\*([^*]+)\*\*/g, (_, bold: string) => paint.bold(bold))
    .replace(/`([^`]+)`/g, (_, code: string) => paint.cyan(code))
    .replace(/\[([^\][]{1,500})\]\(([^)\s]{1,2000})\)/g, '$1 <$2>');
