import type { IntentKey, Ledger } from '../../ledger/api.ts';
import type { Company } from '../company.ts';

/** The real ledger, with the points at which a worker can die around its writes; the test hears of them before the worker does. */
export function watchedLedger(ledger: Ledger, company: () => Company): Ledger {
  const comesTo = (point: string) => company().crash.comesTo(point);
  const effect = ({ plan, position }: IntentKey, when: string) =>
    comesTo(`${position.kind} ${position.index + 1} of plan ${plan}, ${when}`);
  return {
    ...ledger,
    beginIntent: async (request) => {
      const begun = await ledger.beginIntent(request);
      if (begun.state === 'begun') effect(request, 'its intent written, nothing done');
      return begun;
    },
    finishIntent: async (request) => {
      effect(request, 'done, its result not written');
      const finished = await ledger.finishIntent(request);
      effect(request, 'its result written, nobody told');
      return finished;
    },
    openQuestion: async (request) => {
      await ledger.openQuestion(request);
      await company().hear(request);
      comesTo(`question ${request.question.id} written, nobody told`);
    },
    closeQuestion: async (request) => {
      await ledger.closeQuestion(request);
      comesTo(`question ${request.questionId} closed, nobody told`);
    },
    sealRun: async (end) => {
      await ledger.sealRun(end);
      await company().ended(end);
      comesTo('the end of the run written, nobody told');
    },
  };
}
