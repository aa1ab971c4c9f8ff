import { implementRead, StepFailure } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { Json } from '../contract/json-path.ts';
import { judgeWait, parseWait } from '../contract/wait-condition.ts';
import { printable } from '../client/failure.ts';
import { secretIn, withoutSecretValues } from '../changes/for-the-record.ts';
import { findObject } from './get-object.ts';
import { calledObject } from './resolve.ts';

const LONGEST_REASON = 600;

export const conditionMet = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.conditionMet, async ({ object: named, for: text }, context) => {
    const object = await findObject(api, named, context);
    const called = calledObject(named);
    try {
      const wanted = parseWait(text);
      const { verdict, reason } = judgeWait(object, { called, wanted });
      const shown = judgeWait(object && withoutSecretValues(object as unknown as Json), { called, wanted });
      const safe = shown.reason === reason && secretIn(reason) === undefined;
      const said = safe ? reason : `${text} of ${called} looks like a secret`;
      return { verdict, reason: printable(said, LONGEST_REASON) };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new StepFailure('invalid', `${text}: ${error.message}`, {
        next: 'Name one plain value of the object.',
      });
    }
  });
