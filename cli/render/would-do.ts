import { z } from 'zod';
import { PlannedChange } from '../../activities/kit/index.ts';
import type { JournalEntry } from '../../workflows/messages.ts';
import { renderChange, renderPutBack } from './change.ts';
import type { Screen } from './screen.ts';

const WouldDo = z.object({ plan: z.array(PlannedChange), putBacks: z.array(PlannedChange).default([]) });

/** The plan that a run which only tries would have asked for; nothing for any other entry. */
export function renderWouldDo({ kind, facts }: JournalEntry, screen: Screen): string[] {
  const parsed = kind === 'note' ? WouldDo.safeParse(facts) : undefined;
  if (!parsed?.success) return [];
  return [
    ...parsed.data.plan.flatMap((change, i) => renderChange(change, `${i + 1}.`, screen)),
    ...parsed.data.putBacks.flatMap((change) => renderPutBack(change, 'put back later:', screen)),
  ];
}
