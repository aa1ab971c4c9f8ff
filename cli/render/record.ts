import { z } from 'zod';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import { cleanLine, printableJson } from './clean.ts';
import { field, section } from './headed.ts';
import { padEnd, wrap } from './layout.ts';
import type { Screen } from './screen.ts';
import { clock } from './time.ts';

/** The parts of an exported record that are shown; ledger/record/bundle.ts has its whole shape. */
const Bundle = z.looseObject({
  deployment: z.string(),
  workflowId: z.string(),
  checkpoint: z.string(),
  entries: z.array(z.looseObject({ index: z.number().int(), leaf: z.string() })),
});
export type Bundle = z.output<typeof Bundle>;

const Leaf = z.looseObject({ kind: z.string(), at: z.string(), facts: z.unknown() });

/** Shows nothing of what is proven; "record verify" does. */
export function parseBundle(source: unknown): Bundle {
  const parsed = Bundle.safeParse(source);
  if (parsed.success) return parsed.data;
  throw new CliFailure(EXIT.usage, 'this is not an exported record', {
    next: 'nightshift record export RUN --to record.json',
    cause: parsed.error,
  });
}

/** The entries in their order, with their place in the deployment's log. */
export function renderRecord(
  { deployment, workflowId, checkpoint, entries }: Bundle,
  screen: Screen,
): string[] {
  const size = checkpoint.split('\n')[1] ?? '?';
  return [
    ...field('run', cleanLine(workflowId), screen),
    ...field('log', `${cleanLine(deployment)}, ${entries.length} entries of ${cleanLine(size)}`, screen),
    ...section(
      'ENTRIES',
      entries.flatMap((entry) => renderLeaf(entry, screen)),
      screen,
    ),
    '',
    ...wrap('Shown, not checked: "nightshift record verify" checks it.', { width: screen.width }),
  ];
}

function renderLeaf({ index, leaf }: Bundle['entries'][number], screen: Screen): string[] {
  const { width, paint } = screen;
  const parsed = parseLeaf(leaf);
  if (!parsed) return wrap(`${index}  ${cleanLine(leaf)}`, { width, first: '  ' });
  const { kind, at, facts } = parsed;
  const first = `${padEnd(String(index), 5)} ${clock(at, screen)} ${padEnd(cleanLine(kind), 18)} `;
  return wrap(
    cleanLine(summaryOf(facts)),
    width < 60 ? { width, first, rest: '    ' } : { width, first: paint.dim(first) },
  );
}

/** The words in the facts, then the rest as JSON, at most 300 characters. */
function summaryOf(facts: unknown): string {
  if (typeof facts !== 'object' || facts === null) return printableJson(facts) ?? '';
  const words = [
    'text',
    'title',
    'person',
    'answer',
    'outcome',
    'step',
    'target',
    'why',
    'reason',
    'message',
  ].flatMap((key) => {
    const value = (facts as Record<string, unknown>)[key];
    return typeof value === 'string' && value !== '' ? [`${key}: ${value}`] : [];
  });
  const text = words.length > 0 ? words.join(', ') : printableJson(facts);
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}

/** What an entry says; nothing where it is not an entry's text. */
export function parseLeaf(text: string): z.output<typeof Leaf> | undefined {
  try {
    return Leaf.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
