/** How times, lengths and values of the record read. */
import { html, type Html } from './html.ts';

type Piece = Parameters<typeof html>[1];

export const section = (title: string, ...content: readonly Piece[]): Html =>
  html`<section>
    <h2>${title}</h2>
    ${content}
  </section>`;

/** `02:47:10`, in UTC. */
export const clock = (at: string): string => new Date(at).toISOString().slice(11, 19);

/** `2026-11-21 02:47:10`, in UTC. */
export const moment = (at: string): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

/** `4 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function length(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const units: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = units.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  return units
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** Text as it is; everything else as JSON. */
export const inWords = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value, undefined, 1);

const LONG = 1_500;

/** What a finding rests on: a list as a list, an object field by field, long text behind a click. */
export function evidence(value: unknown): Html | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value))
    return html`<ul>
      ${value.map((each) => html`<li>${leaf(each)}</li>`)}
    </ul>`;
  if (typeof value !== 'object') return html`<p>${leaf(value)}</p>`;
  return html`<ul>
    ${Object.entries(value).map(
      ([name, field]) =>
        html`<li>
          <b>${name}</b>: ${Array.isArray(field) && field.length > 0 ? evidence(field) : leaf(field)}
        </li>`,
    )}
  </ul>`;
}

function leaf(value: unknown): Html {
  const text = inWords(value);
  if (text.length > LONG || text.includes('\n'))
    return html`<details>
      <summary>${text.length} characters</summary>
      <pre class="long">${text}</pre>
    </details>`;
  return typeof value === 'string' ? html`${text}` : html`<code>${text}</code>`;
}
