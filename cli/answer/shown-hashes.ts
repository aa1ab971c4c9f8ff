import { changeHash, planHash } from '../../activities/kit/index.ts';
import type { QuestionView } from '../../gateway/api/questions.ts';
import { questionHash } from '../../workflows/messages.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';

/**
 * The hashes that an answer is bound to, computed here from what is shown. A gateway that shows one plan under the hash
 * of another is found out before anybody answers.
 */
export function shownHashes({ workflowId, question, questionHash: claimed }: QuestionView): {
  questionHash: string;
  planHash: string;
} {
  const { plan } = question;
  if (plan) {
    const shown = {
      ...plan.digest,
      changes: plan.changes.map(changeHash),
      putBacks: plan.putBacks.map(changeHash),
    };
    if (planHash(shown) !== plan.hash) throw doesNotFit(`the plan of question ${question.id}`);
  }
  const hash = questionHash(workflowId, question);
  if (hash !== claimed) throw doesNotFit(`question ${question.id}`);
  return { questionHash: hash, planHash: plan?.hash ?? '' };
}

const doesNotFit = (what: string): CliFailure =>
  new CliFailure(EXIT.refused, `what the gateway shows of ${what} does not have the hash that it claims`, {
    next: 'do not answer it; this nightshift and the gateway differ in version, or somebody tampers: compare "nightshift --version" with the gateway’s and tell your security people',
  });
