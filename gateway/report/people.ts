import type { QuestionView } from '../api/questions.ts';
import { html, type Html } from './html.ts';
import type { IncidentStory } from './incident-story.ts';
import { clock, section } from './words.ts';

/** What people were asked, who answered what and why, and what a policy granted without them. */
export function decisions({ questions, journal }: IncidentStory): Html {
  const granted = journal.filter(({ kind, name }) => kind === 'decision' && name === 'policy');
  if (questions.length === 0 && granted.length === 0)
    return section('Decisions', html`<p>Nobody was asked, and no policy granted anything.</p>`);
  return section(
    'Decisions',
    questions.map(asked),
    granted.length > 0
      ? html`<h3>Granted by policy</h3>
          <ul>
            ${granted.map(({ at, text }) => html`<li>${clock(at)} ${text}</li>`)}
          </ul>`
      : undefined,
  );
}

function asked({ question, decisions: answers, status, closedAt, closedAs }: QuestionView): Html {
  const until =
    status === 'open' ? 'still open' : `${closedAs ?? 'closed'}${closedAt ? `, ${clock(closedAt)}` : ''}`;
  return html`<h3>${question.title}</h3>
    <p class="soft">Asked ${clock(question.openedAt)} of ${question.from.join(', ')}; ${until}</p>
    ${
      answers.length === 0
        ? html`<p>Nobody answered.</p>`
        : html`<ul>
            ${answers.map(answer)}
          </ul>`
    }`;
}

function answer({ person, answer, reason, receivedAt, outcome }: QuestionView['decisions'][number]): Html {
  const refused = outcome && !outcome.counted ? outcome.why : undefined;
  return html`<li>
    ${clock(receivedAt)} <b>${person}</b>:
    ${answer}${reason ? html`, <q>${reason}</q>` : undefined}${refused === undefined ? undefined : html` <span class="bad">not counted: ${refused}</span>`}
  </li>`;
}
