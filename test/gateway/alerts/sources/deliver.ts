import { createHmac } from 'node:crypto';
import { parseConfig, secret } from '../../../../config/index.ts';
import { alertSources } from '../../../../gateway/alerts/sources/index.ts';
import type { Delivered, Delivery } from '../../../../gateway/alerts/source.ts';
import { ProblemError } from '../../../../gateway/problem-error.ts';

/** When every delivery of these tests comes. */
export const NOW = new Date('2026-11-21T02:50:00Z');
export const TOKEN = secret.literal('t0ken');
export const BEARER = { authorization: 'Bearer t0ken' };

export const hmac = (key: string, ...parts: string[]): string =>
  createHmac('sha256', key).update(parts.join('')).digest('hex');

/** What a source of this configuration makes of one delivery. A body that is no text is sent as JSON. */
export function deliver(
  configured: object,
  name: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = BEARER,
  log: Delivery['log'] = { warn: () => undefined },
): Delivered {
  const config = parseConfig(
    {
      deployment: 'test',
      development: true,
      stateDir: 'state',
      database: { url: secret.literal('postgres://localhost/x') },
      alertSources: configured,
    },
    { baseDir: '/etc/nightshift' },
  );
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return alertSources(config.alertSources).get(name)!.read({ headers, body: bytes, now: NOW, log });
}

/** The code of the refusal, and the fields that it names. */
export function refusal(delivering: () => unknown): { code: string; fields: string[]; message: string } {
  try {
    delivering();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { code: error.code, fields: (error.fields ?? []).map((f) => f.field), message: error.message };
  }
  throw new Error('it was taken');
}
