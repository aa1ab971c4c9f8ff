import { StepFailure } from '../../kit/index.ts';
import type { ApiClient } from '../client/client.ts';
import type { Limits } from '../client/http.ts';
import { errorInsteadOfLog } from './pod-logs.ts';

interface Where {
  readonly namespace: string;
  readonly name: string;
  readonly container: string;
}

/** What a container that has ended wrote, both streams: one byte more than `bytes` at most, so that a cut shows. */
export async function outputOf(api: ApiClient, where: Where, bytes: number, limits: Limits): Promise<string> {
  const { container, ...pod } = where;
  const text = await api.log(pod, { container, limitBytes: bytes + 1 }, limits, 2 * bytes + 1_024);
  const unavailable = errorInsteadOfLog(text);
  if (unavailable === undefined) return text;
  throw new StepFailure(
    'retryable',
    `The output of ${pod.namespace}/${pod.name} cannot be read: ${unavailable}`,
  );
}
