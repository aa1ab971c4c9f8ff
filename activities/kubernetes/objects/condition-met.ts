import { implementRead, StepFailure } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { judgeWait, parseWait } from '../contract/wait-condition.ts';
import { printable } from '../client/failure.ts';
import { secretIn } from '../changes/for-the-record.ts';
import { findObject } from './get-object.ts';
import { calledObject } from './resolve.ts';

const LONGEST_REASON = 600;

export const conditionMet = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.conditionMet, async ({ object: named, for: text }, context) => {
    const object = await findObject(api, named, context);
    try {
      const { verdict, reason } = judgeWait(object, { called: calledObject(named), wanted: parseWait(text) });
      const said =
        secretIn(reason) === undefined ? reason : `${text} of ${calledObject(named)} looks like a secret`;
      return { verdict, reason: printable(said, LONGEST_REASON) };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new StepFailure('invalid', `${text}: ${error.message}`, {
        next: 'Name one plain value of the object.',
      });
    }
  });
