import type { Question } from '../../workflows/messages.ts';
import { missing, missingInWords } from '../../workflows/quorum.ts';
import { cleanLine } from './clean.ts';
import type { Screen } from './screen.ts';
import { clock, until } from './time.ts';

/** Who may answer, how many it takes, who does not count, and who is asked as well from when on. */
export function whoIsAsked(q: Question, screen: Screen): string {
  const names = q.from.map(cleanLine).join(' or ');
  return [
    `${names}: ${howMany(q)}${q.consent?.because ? ` (${cleanLine(q.consent.because)})` : ''}`,
    ...q.excluded.map((e) => `not ${cleanLine(e.person)}: ${cleanLine(e.why)}`),
    ...q.escalation.map(({ at, to }) => {
      const also = to.map(cleanLine).join(', ');
      return until(at, screen.now) <= 0
        ? `escalated to ${also}`
        : `${also} as well from ${clock(at, screen)}`;
    }),
  ].join('; ');
}

function howMany({ quorum, needs }: Question): string {
  if (needs.length) return cleanLine(missingInWords(missing({ quorum, needs }, [])));
  return quorum > 1 ? `${quorum} different people` : 'one person';
}
