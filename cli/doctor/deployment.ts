import { z } from 'zod';
import { directories } from '../../embedded/paths.ts';
import { ApiError, createApiClient } from '../../gateway/api-client.ts';
import { findGateway } from '../connect/gateway.ts';
import { CliFailure } from '../failure.ts';
import type { Io } from '../terminal/io.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

const Readiness = z.looseObject({ ledger: z.string(), temporal: z.string(), record: z.string() });
const WITHIN_MS = 5_000;
const SKEW_MS = 2_000;

/** The gateway, what it reaches, who we are for it, and whether its clock agrees with ours. */
export async function gateway({ env }: Pick<Io, 'env'>): Promise<readonly Finding[]> {
  let connection;
  try {
    connection = await findGateway(env);
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    return [warn('gateway', error.message, error.next ?? `state directory: ${directories(env).state}`)];
  }
  const { url } = connection;
  const sent = Date.now();
  const response = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(WITHIN_MS) }).catch(
    () => undefined,
  );
  if (!response) {
    return [
      fail('gateway', `${url} does not answer`, 'start it ("nightshift up"), or correct NIGHTSHIFT_URL'),
    ];
  }
  const received = Date.now();
  const readiness = Readiness.safeParse(await response.json().catch(() => undefined));
  if (!readiness.success)
    return [fail('gateway', `${url} is not a nightshift gateway`, 'correct NIGHTSHIFT_URL')];
  const { ledger, temporal, record } = readiness.data;
  return [
    ok('gateway', url),
    ledger === 'ok'
      ? ok('PostgreSQL', 'the gateway reaches it')
      : fail(
          'PostgreSQL',
          ledger,
          'start it, or correct database.url in the configuration; reads still work without it',
        ),
    temporal === 'ok'
      ? ok('Temporal', 'the gateway reaches it')
      : fail(
          'Temporal',
          temporal,
          'start it, or correct temporal.address; alerts and decisions are kept until then',
        ),
    record === 'ok'
      ? ok('record', 'is sealed and witnessed')
      : fail(
          'record',
          record,
          'runs go on; look for "could not seal" in the workers’ logs. A witness that refuses is an alarm: docs/operating.md, "When something is down"',
        ),
    clock(response.headers.get('date'), { sent, received }),
    await me(connection),
  ];
}

/**
 * Judges the Date header of an answer, which has whole seconds, by when we asked and when the answer came (milliseconds
 * since 1970): a gateway that takes its time to answer has no wrong clock for that.
 */
export function clock(header: string | null, ours: { sent: number; received: number }): Finding {
  const theirs = header === null ? Number.NaN : Date.parse(header);
  if (Number.isNaN(theirs)) return warn('clock', 'the gateway does not say what time it is', 'nothing to do');
  const skew = Math.max(0, ours.sent - (theirs + 1_000), theirs - ours.received);
  return skew <= SKEW_MS
    ? ok('clock', 'agrees with the gateway’s')
    : fail(
        'clock',
        `differs from the gateway’s by ${Math.round(skew / 1000)} s`,
        'let both machines keep time with NTP (timedatectl set-ntp true)',
      );
}

async function me(connection: { url: string; token: string }): Promise<Finding> {
  try {
    const { person, roles, scopes, deployment } = await createApiClient(connection).whoAmI();
    const detail = `${person} in ${deployment}, roles ${roles.join(', ') || 'none'}, scopes ${scopes.join(', ')}`;
    return roles.length > 0
      ? ok('token', detail)
      : warn(
          'token',
          detail,
          'without a role you can read but answer no question: people in nightshift.config.ts',
        );
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return fail('token', error.message, 'make one: nightshift token create --person YOU');
  }
}
