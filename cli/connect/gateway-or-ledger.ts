import { ApiError } from '../../gateway/api-client.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';

/**
 * The gateway's way; the ledger's when no gateway answers or is known, or when the database was named (`direct`). For
 * the stop button, which must work when half of nightshift is down.
 */
export async function viaGatewayOrLedger<T>(
  gateway: () => Promise<T>,
  ledger: () => Promise<T>,
  direct: boolean,
): Promise<T> {
  if (direct) return ledger();
  try {
    return await gateway();
  } catch (error) {
    if (isAway(error)) return ledger();
    throw error;
  }
}

const isAway = (error: unknown): boolean =>
  (error instanceof ApiError && error.code === 'unreachable') ||
  (error instanceof CliFailure && error.exitCode === EXIT.unreachable);
