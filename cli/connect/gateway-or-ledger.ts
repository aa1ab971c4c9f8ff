import { ApiError, type ApiClient } from '../../gateway/api-client.ts';
import type { Context } from '../command.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';

const PATIENCE_MS = 5_000;

/**
 * The gateway's way; the ledger's when no gateway is known, or none answers in time or is able to, or when the database
 * was named (`direct`). For the stop button, which must work when half of nightshift is down.
 */
export async function viaGatewayOrLedger<T>(
  { api }: Pick<Context, 'api'>,
  gateway: (client: ApiClient) => Promise<T>,
  ledger: () => Promise<T>,
  direct: boolean,
): Promise<T> {
  if (direct) return ledger();
  try {
    return await gateway(await api({ patienceMs: PATIENCE_MS }));
  } catch (error) {
    if (isAway(error)) return ledger();
    throw error;
  }
}

const isAway = (error: unknown): boolean =>
  (error instanceof ApiError && (error.code === 'unreachable' || isUnable(error.status))) ||
  (error instanceof CliFailure && error.exitCode === EXIT.unreachable);

/** It, or a proxy before it, cannot do anything for anybody now. */
const isUnable = (status = 0): boolean => status === 429 || status >= 500;
