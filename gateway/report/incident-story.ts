import type { ArtefactRow, Leftover, RunRow, Ledger } from '../../ledger/api.ts';
import type { Incident } from '../../ledger/incidents.ts';
import type { ToldChange } from '../../ledger/stories.ts';
import type { JournalEntry } from '../../workflows/messages.ts';
import type { QuestionView } from '../api/questions.ts';
import type { TemporalClient } from '../temporal-client.ts';
import { questionViews } from '../views.ts';

/** All that a report is made from. */
export interface IncidentStory {
  readonly deployment: string;
  /** When it was put together. */
  readonly at: string;
  readonly run: RunRow;
  readonly incident: Incident;
  readonly journal: readonly JournalEntry[];
  /** Why the story is not whole, where it is not. */
  readonly note?: string | undefined;
  readonly questions: readonly QuestionView[];
  readonly changes: readonly ToldChange[];
  readonly leftovers: readonly Leftover[];
  readonly artefacts: readonly (ArtefactRow & { readonly content?: Uint8Array | undefined })[];
}

/** Bytes of one artefact, and of all of them, that the page carries; the others are named. */
const ONE = 512 * 1024;
const ALL = 4 * 1024 * 1024;
const STATE_MS = 5_000;

/** Of an ended run as the record has it; of an open one as it tells it. */
export async function incidentStory(
  { ledger, temporal }: { readonly ledger: Ledger; readonly temporal: TemporalClient },
  run: RunRow,
): Promise<IncidentStory> {
  const { workflowId } = run;
  const [at, [incident], told, rows, changes, leftovers, artefacts] = await Promise.all([
    ledger.now(),
    ledger.incidents({ workflowId, limit: 1 }),
    story({ ledger, temporal }, run),
    ledger.questions({ workflowId, limit: 200 }),
    ledger.changesOf(workflowId),
    ledger.leftovers(),
    artefactsOf(ledger, workflowId),
  ]);
  return {
    ...{ at, run, changes, artefacts, ...told },
    deployment: ledger.deployment,
    incident: incident!,
    questions: await questionViews(ledger, rows),
    leftovers: leftovers.filter((left) => left.workflowId === workflowId),
  };
}

async function story(
  { ledger, temporal }: { readonly ledger: Ledger; readonly temporal: TemporalClient },
  { status, workflowId }: RunRow,
): Promise<Pick<IncidentStory, 'journal' | 'note'>> {
  if (status === 'ended') return { journal: await ledger.storyOf(workflowId) };
  if (status === 'received') return { journal: [], note: 'The run has not started yet.' };
  const live = await temporal.state(workflowId, STATE_MS);
  if ('silent' in live) return { journal: [], note: `The run’s own story is missing: ${live.silent}.` };
  const cut = live.cut?.journal ?? 0;
  return {
    journal: live.journal,
    note: `The run has not ended: this is how it stood.${cut > 0 ? ` Its first ${cut} lines are not here.` : ''}`,
  };
}

async function artefactsOf(ledger: Ledger, workflowId: string): Promise<IncidentStory['artefacts']> {
  let room = ALL;
  const kept: IncidentStory['artefacts'][number][] = [];
  for (const artefact of await ledger.artefacts(workflowId)) {
    const fits = artefact.bytes <= Math.min(ONE, room) && artefact.mediaType !== 'application/octet-stream';
    if (fits) room -= artefact.bytes;
    const content = fits ? await ledger.artefactContent(workflowId, artefact.sha256) : undefined;
    kept.push({ ...artefact, content });
  }
  return kept;
}
