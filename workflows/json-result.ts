import { failureMessage } from './failure-message.ts';

/** A runbook's result, which travels and is kept as JSON. Throws a TypeError for its author where JSON cannot carry it. */
export function jsonResult<T>(result: T): T {
  try {
    JSON.stringify(result);
    return result;
  } catch (cause) {
    throw new TypeError(
      `the runbook's result is not JSON (${failureMessage(cause).split('\n')[0]}); return plain texts, numbers, lists and objects`,
      { cause },
    );
  }
}
