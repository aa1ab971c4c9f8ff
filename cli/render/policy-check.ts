import type { PolicyAnswer, StepStanding } from '../author/ask-policy.ts';
import { renderTable } from './table.ts';
import { paintRisk, type Screen } from './screen.ts';

/** Which changes of which runbooks the policy grants, and who has to agree to the others. */
export function renderPolicyCheck(steps: readonly StepStanding[], screen: Screen): string[] {
  const rows = renderTable(
    steps,
    [
      { head: 'runbook', of: (s) => s.runbook },
      { head: 'step', of: (s) => s.step },
      { head: 'risk', of: (s) => s.risk, paint: (s) => paintRisk(s.risk, screen) },
      { head: 'under the policy', of: inWords, cuts: true },
    ],
    screen,
  );
  return [...rows, 'A plan goes by its gravest change, and planning may raise the risk of one.'];
}

function inWords({ verdict, answers }: StepStanding): string {
  if (verdict !== 'depends') return sentence(answers[0]!);
  const said = new Map<string, string[]>();
  for (const answer of answers)
    said.set(sentence(answer), [...(said.get(sentence(answer)) ?? []), answer.when]);
  return [...said].map(([what, when]) => `${when.join(', ')}: ${what}`).join('; ');
}

const sentence = ({ verdict, because }: PolicyAnswer): string =>
  ({
    granted: `granted (${because})`,
    people: `${because} ${because === '1' ? 'person' : 'people'}`,
    refused: `refused: ${because}`,
  })[verdict];
