/**
 * The report of an incident as one file: it loads nothing, runs nothing and shows every text of others as text. It reads
 * on a phone, in the dark and on paper.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { timesOf } from '../../ledger/milestones.ts';
import { MILESTONE, MILESTONES, type JournalEntry, type RunOutcome } from '../../workflows/messages.ts';
import { artefacts, charts } from './artefacts.ts';
import { changes } from './changes.ts';
import { html, textOf, type Html } from './html.ts';
import type { IncidentStory } from './incident-story.ts';
import { decisions } from './people.ts';
import { STYLE } from './style.ts';
import { timeline } from './timeline.ts';
import { topology } from './topology.ts';
import { clock, evidence, inWords, length, moment, section } from './words.ts';

/** Nothing but this page's own style, and pictures that it carries itself. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** What a runbook's write-up says, where it wrote one. */
const WrittenUp = z.looseObject({
  summary: z.string().optional(),
  impact: z.string().optional(),
  rootCause: z.string().optional(),
  followUps: z.array(z.string()).optional(),
  ticket: z.string().optional(),
  reason: z.string().optional(),
});
type WrittenUp = z.output<typeof WrittenUp>;

export function incidentPage(story: IncidentStory): string {
  const { run, journal } = story;
  const written = WrittenUp.safeParse(run.result).data ?? {};
  // Made by hand: the style and the policy hold characters that are escaped in text.
  const head = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="content-security-policy" content="${PAGE_POLICY}">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer">
${textOf(html`<title>${run.title}</title>`)}<style>${STYLE}</style></head>
`;
  const findings = journal.filter(({ kind }) => kind === 'finding');
  return `${head}${textOf(html`<body><header>
<p class="eyebrow">Incident report · ${run.runbook}</p>
<h1>${run.title}</h1>
<p>${outcomeTag(run.outcome)} <span class="soft">${moment(run.receivedAt)} UTC, run <code>${run.workflowId}</code></span></p>
${run.dryRun ? html`<p class="note">This run only tried: it showed its plans and carried none out.</p>` : undefined}
${story.note === undefined ? undefined : html`<p class="note">${story.note}</p>`}
${paragraph(written.summary ?? written.reason)}</header>
<main>${times(story)}
${written.impact ? section('Impact', paragraph(written.impact)) : undefined}
${written.rootCause ? section('Root cause', paragraph(written.rootCause)) : undefined}
${findings.length > 0 ? section('Findings', findings.map(finding)) : undefined}
${topology(journal)}
${charts(story.artefacts)}
${decisions(story)}
${changes(story.changes)}
${leftovers(story)}
${followUps(story, written)}
${events(journal)}
${artefacts(story.artefacts)}
</main>
<footer>Made by nightshift from the record of ${story.deployment} at ${moment(story.at)} UTC; all times are in UTC. Check the record: <code>nightshift record export ${run.workflowId} --to record.json</code>, then <code>nightshift record verify record.json</code>.</footer>
</body></html>
`)}`;
}

const paragraph = (text: string | undefined): Html | undefined =>
  text ? html`<p class="said">${text}</p>` : undefined;

function outcomeTag(outcome: RunOutcome | undefined): Html {
  if (outcome === undefined) return html`<span class="tag act">not ended</span>`;
  const colour =
    outcome === 'completed' ? 'ok' : outcome === 'failed' || outcome === 'terminated' ? 'bad' : 'warn';
  return html`<span class="tag ${colour}">${outcome}</span>`;
}

function times(story: IncidentStory): Html {
  const { milestones } = story.incident;
  const spans = Object.entries(timesOf(milestones));
  return section(
    'Times',
    html`<ul class="cards">
      ${spans.map(
        ([span, took]) =>
          html`<li>
            <small>to ${span}</small><b>${took === undefined ? 'not known' : length(took as number)}</b>
          </li>`,
      )}
    </ul>`,
    timeline(story),
    html`<table class="stack">
      <thead>
        <tr>
          <th>moment</th>
          <th>at</th>
          <th>what says so</th>
        </tr>
      </thead>
      <tbody>
        ${MILESTONES.map((name) => {
          const known = milestones[name];
          return 'at' in known
            ? html`<tr>
                <td><b>${name.replace('-', ' ')}</b></td>
                <td>${moment(known.at)}</td>
                <td>${known.because}</td>
              </tr>`
            : html`<tr>
                <td><b>${name.replace('-', ' ')}</b></td>
                <td class="warn">not known</td>
                <td>${known.unknown}</td>
              </tr>`;
        })}
      </tbody>
    </table>`,
  );
}

const finding = ({ text, at, facts }: JournalEntry): Html =>
  html`<h3>${text}</h3>
    <p class="soft">${clock(at)}</p>
    ${evidence(facts?.['evidence'])}`;

function leftovers({ leftovers: left }: IncidentStory): Html {
  return section(
    'Left behind',
    left.length === 0
      ? html`<p>Nothing of this run is left.</p>`
      : html`<ul>
          ${left.map(
            ({ target, what, why, owner, expiresAt }) =>
              html`<li>
                <b>${what}</b> (${target}): ${why}
                <span class="soft">Owner ${owner}, until ${moment(expiresAt)}</span>
              </li>`,
          )}
        </ul>`,
  );
}

function followUps({ journal }: IncidentStory, { followUps: written = [], ticket }: WrittenUp): Html {
  const reminders = journal.filter(({ kind }) => kind === 'reminder');
  const items = [
    ...written.map((text) => html`<li>${text}</li>`),
    ...reminders.map(({ text, name, facts }) => {
      const when = facts?.['in'] ?? facts?.['at'];
      return html`<li>
        ${text} <span class="soft">${name} is asked${when === undefined ? '' : ` (${inWords(when)})`}</span>
      </li>`;
    }),
  ];
  return section(
    'Follow-ups',
    items.length > 0
      ? html`<ul>
          ${items}
        </ul>`
      : html`<p>None.</p>`,
    ticket ? html`<p>Ticket: ${ticket}</p>` : undefined,
  );
}

/** Reads are many and short: they are behind a click. */
function events(journal: readonly JournalEntry[]): Html {
  const told = journal.filter(({ kind, name }) => kind !== 'read' && name !== MILESTONE);
  const reads = journal.filter(({ kind }) => kind === 'read');
  return section(
    'Everything that happened',
    told.length === 0 ? html`<p>Nothing is known.</p>` : eventTable(told),
    reads.length > 0
      ? html`<details>
          <summary>What it looked at: ${reads.length} reads</summary>
          ${eventTable(reads)}
        </details>`
      : undefined,
  );
}

const STATUS = {
  ok: 'ok',
  failed: 'bad',
  unknown: 'warn',
  running: 'act',
  waiting: 'act',
  skipped: 'soft',
} as const;

const eventTable = (entries: readonly JournalEntry[]): Html =>
  html`<table class="stack">
    <tbody>
      ${entries.map(
        ({ at, endedAt, kind, text, status, facts }) =>
          html`<tr>
            <td>${clock(at)} <span class="${STATUS[status]}">${kind}</span></td>
            <td>${text}</td>
            <td class="soft">
              ${[
                status === 'ok' ? undefined : status,
                wordOf(facts),
                endedAt && endedAt > at ? length(Date.parse(endedAt) - Date.parse(at)) : undefined,
              ]
                .filter((each) => each !== undefined && each !== '')
                .join(', ')}
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;

function wordOf(facts: JournalEntry['facts']): string | undefined {
  const word = facts?.['outcome'] ?? facts?.['verdict'] ?? facts?.['answer'];
  return typeof word === 'string' ? word : undefined;
}
