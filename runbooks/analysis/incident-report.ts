/** The incident report, as Markdown, from what the run wrote down. Nothing is told that the journal does not hold. */
import { ArtefactRef } from '../../activities/kit/index.ts';
import { incidentTimes, spoken, type IncidentMoments, type JournalEntry } from './incident-times.ts';

export interface IncidentFacts {
  readonly title: string;
  /** Two or three sentences: what happened, what was done, how it stands. */
  readonly summary: string;
  /** What users felt. */
  readonly impact: string;
  readonly rootCause: string;
  readonly followUps: readonly string[];
  readonly run: string;
  readonly moments: IncidentMoments;
  readonly journal: readonly JournalEntry[];
}

const TOLD: ReadonlySet<JournalEntry['kind']> = new Set([
  'alert',
  'check',
  'question',
  'decision',
  'change',
  'hold',
  'finding',
  'note',
  'reminder',
]);

/** The names of the notes that `milestone` and `topology` leave: the table of times, and a section, tell them. */
const MILESTONE = 'milestone';
const TOPOLOGY = 'topology';

export function incidentReport(facts: IncidentFacts): string {
  const { journal, moments } = facts;
  return (
    [
      `# ${line(facts.title)}`,
      `Run \`${facts.run}\`, ${moments.detected.slice(0, 10)}. All times in UTC.`,
      facts.summary,
      '## Impact',
      facts.impact,
      '## Times',
      timesTable(moments),
      '## Root cause',
      facts.rootCause,
      '## Timeline',
      timeline(journal, moments),
      '## Findings',
      findings(journal),
      ...topology(journal, facts.run),
      '## Changes',
      changesTable(journal),
      '## Artefacts',
      artefactList(journal),
      '## Follow-ups',
      facts.followUps.length > 0 ? facts.followUps.map((f) => `- [ ] ${line(f)}`).join('\n') : 'None.',
    ].join('\n\n') + '\n'
  );
}

function timesTable(moments: IncidentMoments): string {
  const times = incidentTimes(moments);
  const rows: [string, string | undefined, number | undefined][] = [
    ['began', moments.began, undefined],
    ['detected', moments.detected, times.toDetect],
    ['acknowledged', moments.acknowledged, times.toAcknowledge],
    ['mitigated', moments.mitigated, times.toMitigate],
    ['resolved', moments.resolved, times.toResolve],
  ];
  return table(
    ['', 'at', 'after'],
    rows.map(([what, at, seconds]) => [
      what,
      at ? clock(at) : 'not known',
      seconds === undefined ? '' : spoken(seconds),
    ]),
  );
}

function timeline(journal: readonly JournalEntry[], { began }: IncidentMoments): string {
  const told = journal
    .filter((e) => TOLD.has(e.kind) && e.name !== MILESTONE && e.name !== TOPOLOGY)
    .map((e) => `- ${clock(e.at)} ${said(e)}`);
  const first = journal[0];
  const reads = journal.filter((e) => e.kind === 'read').length;
  return [
    ...(began ? [`- ${clock(began)} first sign of trouble in the cluster`] : []),
    ...(first ? [`- ${clock(first.at)} the run started; it looked ${reads} times in all`] : []),
    ...told,
  ].join('\n');
}

function said({ kind, text, status, facts }: JournalEntry): string {
  const outcome = facts?.outcome ?? facts?.verdict ?? facts?.answer;
  const end =
    status === 'ok' && outcome === undefined ? '' : ` (${typeof outcome === 'string' ? outcome : status})`;
  return `**${kind}** ${line(text)}${kind === 'finding' || kind === 'note' ? '' : end}`;
}

function findings(journal: readonly JournalEntry[]): string {
  const found = journal.filter((e) => e.kind === 'finding');
  if (found.length === 0) return 'None.';
  return found.map((e) => [`**${line(e.text)}**`, ...evidence(e.facts?.evidence)].join('\n')).join('\n\n');
}

function evidence(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.map((v) => `- ${shown(v)}`);
  if (typeof value !== 'object') return [`- ${shown(value)}`];
  return Object.entries(value).flatMap(([k, v]) =>
    Array.isArray(v)
      ? [`- ${line(k)}:`, ...v.map((each) => `  - ${shown(each)}`)]
      : [`- ${line(k)}: ${shown(v)}`],
  );
}

/** Text as it is; everything else as JSON in code quotes. */
function shown(value: unknown): string {
  if (typeof value === 'string') return line(value);
  const json = line(JSON.stringify(value)).replaceAll('`', "'");
  return `\`${json.length > 300 ? `${json.slice(0, 300)}…` : json}\``;
}

/** In words; the picture itself is in the page of the incident, unless what was seen was too much to be kept. */
function topology(journal: readonly JournalEntry[], run: string): string[] {
  const said = journal.findLast((e) => e.name === TOPOLOGY);
  if (!said) return [];
  const picture = `The picture is in the page of the incident: \`nightshift report ${run} --html\`.`;
  const drawn = Array.isArray(said.facts?.pods);
  return ['## Topology', drawn ? `${line(said.text)}. ${picture}` : `${line(said.text)}.`];
}

function changesTable(journal: readonly JournalEntry[]): string {
  const changes = journal.filter((e) => e.kind === 'change');
  if (changes.length === 0) return 'Nothing was changed.';
  return table(
    ['at', 'change', 'target', 'risk', 'granted by', 'outcome'],
    changes.map((e) => [
      clock(e.at),
      e.text,
      asText(e.facts?.target),
      asText(e.facts?.risk),
      grantedBy(journal, e.facts?.plan),
      asText(e.facts?.outcome) || e.status,
    ]),
  );
}

/** What was kept beside the record; `nightshift artefact get RUN NAME` fetches it. */
function artefactList(journal: readonly JournalEntry[]): string {
  const kept = journal.flatMap((e) => (Array.isArray(e.facts?.artefacts) ? e.facts.artefacts : []));
  const lines = kept.flatMap((each) => {
    const found = ArtefactRef.safeParse(each);
    if (!found.success) return [];
    const { name, bytes, sha256 } = found.data;
    return [`- ${line(name)}, ${bytes} bytes, SHA-256 \`${sha256}\``];
  });
  return lines.length > 0 ? [...new Set(lines)].join('\n') : 'None.';
}

/** Who granted plan number `ordinal`: the people who answered its question last, or the policy's rule. */
export function grantedBy(journal: readonly JournalEntry[], ordinal: unknown): string {
  const planned = journal.findIndex((e) => e.kind === 'propose' && e.name === `plan ${String(ordinal)}`);
  const title = journal[planned]?.text;
  if (title === undefined) return '';
  for (const entry of journal.slice(planned)) {
    if (entry.kind === 'question' && entry.text === title && entry.facts?.answer === 'approve') {
      return Array.isArray(entry.facts.people) ? entry.facts.people.map(asText).join(', ') : 'people';
    }
    if (entry.kind === 'decision' && entry.name === 'policy' && entry.text.endsWith(`: ${title}`)) {
      return `policy (${asText(entry.facts?.rule)})`;
    }
  }
  return '';
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) =>
    `| ${cells.map((c) => line(c).replaceAll('|', '\\|')).join(' | ')} |`;
  return [row(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(row)].join('\n');
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : '');
const clock = (at: string): string => new Date(at).toISOString().slice(11, 19);

/** One line without control or direction characters, links or tags: logs and labels are other people's text. */
const line = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/[<[]/g, '\\$&')
    .trim();
