import { implementRead, type ImplementedStep } from '../kit/index.ts';
import { pagerduty } from './contract.ts';
import { onCall } from './on-call.ts';

export interface PagerDutyStepsOptions {
  /** Of the REST API: `https://api.pagerduty.com`. */
  readonly api: string;
  /** Asked for at every call. */
  readonly token: () => string;
}

/** The PagerDuty steps against one account. */
export function createPagerDutySteps({ api, token }: PagerDutyStepsOptions): ImplementedStep[] {
  const connection = {
    ...{ url: api, token, scheme: 'Token token=' },
    headers: { accept: 'application/vnd.pagerduty+json;version=2' },
  };
  return [implementRead(pagerduty.onCall, (input, { signal }) => onCall(connection, input, signal))];
}
