import { z } from 'zod';
import type { Config, Secret } from '../../config/index.ts';
import { checked, fail, ok, warn, type Finding } from './finding.ts';

const WITHIN_MS = 10_000;

/**
 * Whether Slack and PagerDuty take the tokens of the configuration, by calls that read. The other channels have nothing to
 * ask: `nightshift told test` sends them something.
 */
export async function people({
  telling,
  pagerduty,
}: Pick<Config, 'telling' | 'pagerduty'>): Promise<readonly Finding[]> {
  const channels = Object.entries(telling?.channels ?? {}).flatMap(
    ([name, { slack, pagerdutyIncidents }]) => [
      ...(slack ? [checked('Slack', () => slackToken(name, slack))] : []),
      ...(pagerdutyIncidents
        ? [
            checked('PagerDuty', () =>
              pagerDutyToken({
                ...pagerdutyIncidents,
                asks: 'incidents',
                field: `telling.channels.${name}.pagerdutyIncidents.token`,
              }),
            ),
          ]
        : []),
    ],
  );
  const schedules =
    pagerduty &&
    checked('PagerDuty', () => pagerDutyToken({ ...pagerduty, asks: 'schedules', field: 'pagerduty.token' }));
  return (await Promise.all([...channels, ...(schedules ? [schedules] : [])])).flat();
}

/** https://docs.slack.dev/reference/methods/auth.test: any token may ask it, and every answer has status 200. */
const Asked = z.looseObject({ ok: z.boolean(), error: z.string().optional(), team: z.string().optional() });

/** What is read to find an earlier message and to take buttons off: of a public or a private channel. */
const READS = ['channels:history', 'groups:history'];

async function slackToken(
  name: string,
  { token, api }: { readonly token: Secret; readonly api: string },
): Promise<Finding> {
  const field = `telling.channels.${name}.slack.token`;
  const secret = revealed('Slack', field, token);
  if (typeof secret !== 'string') return secret;
  const response = await ask(`${api}/auth.test`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}` },
  });
  if (!response) return warn('Slack', `${new URL(api).host} does not answer`, 'try again; look at the proxy');
  const { data } = Asked.safeParse(await response.json().catch(() => undefined));
  if (!data)
    return warn(
      'Slack',
      `${field}: ${new URL(api).host} answers, but not as Slack does`,
      'look at slack.api',
    );
  if (!data.ok)
    return fail(
      'Slack',
      `${field} is refused: ${data.error ?? 'without a reason'}`,
      'install the app in the workspace again, and put its bot token there; a gateway reads a file anew, its environment at the start',
    );
  const scopes = response.headers.get('x-oauth-scopes')?.split(/,\s*/);
  const missing = [
    ...(scopes && !scopes.includes('chat:write') ? ['chat:write'] : []),
    ...(scopes && !READS.some((scope) => scopes.includes(scope)) ? [READS.join(' or ')] : []),
  ];
  if (missing.length > 0)
    return fail(
      'Slack',
      `${field} has not the scope ${missing.join(', and not ')}`,
      'add it under "OAuth & Permissions" of the app, and install the app again',
    );
  return ok('Slack', `takes ${field}, for ${data.team ?? 'its workspace'}`);
}

async function pagerDutyToken(o: {
  readonly token: Secret;
  readonly api: string;
  readonly asks: 'incidents' | 'schedules';
  /** Of the token, in the configuration. */
  readonly field: string;
}): Promise<Finding> {
  const { token, api, asks, field } = o;
  const secret = revealed('PagerDuty', field, token);
  if (typeof secret !== 'string') return secret;
  const response = await ask(`${api}/${asks}?limit=1`, {
    headers: {
      accept: 'application/vnd.pagerduty+json;version=2',
      authorization: `Token token=${secret}`,
    },
  });
  const host = new URL(api).host;
  if (!response) return warn('PagerDuty', `${host} does not answer`, 'try again; look at the proxy');
  const { ok: isTaken, status } = response;
  if (isTaken) return ok('PagerDuty', `takes ${field}`);
  if (status === 401)
    return fail('PagerDuty', `${field} is refused`, 'make another REST API key, and put it there');
  if (status === 403)
    return fail('PagerDuty', `${field} may not read ${asks}`, 'give it that right, or use another key');
  return warn('PagerDuty', `${host} answers ${status}, so ${field} was not looked at`, 'try again later');
}

/** The gateway's environment and files may hold what is not here. */
function revealed(check: string, field: string, token: Secret): string | Finding {
  try {
    return token.reveal();
  } catch (error) {
    const why = `${field} was not tried: ${(error as Error).message}`;
    return warn(check, why, 'run doctor where the gateway runs, with its environment');
  }
}

/** Nothing where nobody answers. The body is not for people: it may hold what was sent. */
const ask = (url: string, request: RequestInit): Promise<Response | undefined> =>
  fetch(url, { ...request, redirect: 'error', signal: AbortSignal.timeout(WITHIN_MS) }).catch(
    () => undefined,
  );
