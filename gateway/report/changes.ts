import type { DiffEntry } from '../../activities/kit/index.ts';
import type { ToldChange } from '../../ledger/stories.ts';
import { html, type Html } from './html.ts';
import { clock, inWords, section } from './words.ts';

const DONE: readonly string[] = ['applied', 'by-hand', 'already-satisfied'];
const KIND = { change: '', 'put-back': 'Put back: ', undo: 'Undo: ' } as const;

/** What was carried out, each with the fields that it wrote. */
export const changes = (told: readonly ToldChange[]): Html =>
  section('Changes', told.length === 0 ? html`<p>Nothing was changed.</p>` : told.map(oneChange));

function oneChange({ change, position, begunAt, outcome, message }: ToldChange): Html {
  const colour = outcome === undefined ? 'warn' : DONE.includes(outcome) ? 'ok' : 'bad';
  return html`<div class="change">
    <h3>${KIND[position.kind]}${change.summary}</h3>
    <p class="soft">
      ${clock(begunAt)}, <code>${change.step}</code> on ${change.target}, ${change.risk}
      <span class="tag ${colour}">${outcome ?? 'outcome not known'}</span>
    </p>
    ${message === undefined ? undefined : html`<p>${message}</p>`}
    ${
      change.diff.length > 0
        ? html`<ul class="diff">
            ${change.diff.map(field)}
          </ul>`
        : undefined
    }
    ${change.undo ? html`<p class="soft">Its way back: ${change.undo.summary}</p>` : undefined}
  </div>`;
}

const field = ({ path, before, after }: DiffEntry): Html =>
  html`<li>
    ${path}${before === null ? undefined : html`<del>${inWords(before)}</del>`}${after === null ? undefined : html`<ins>${inWords(after)}</ins>`}
  </li>`;
