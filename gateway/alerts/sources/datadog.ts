/**
 * Datadog's webhooks. Their body is a template that the operator writes; this is the one that nightshift understands
 * (docs/operating.md has it to copy), of the variables in https://docs.datadoghq.com/integrations/webhooks/.
 */
import { z } from 'zod';
import type { Sender } from '../../../config/index.ts';
import type { Alert } from '../../../ledger/api.ts';
import { parseJson } from '../../json-body.ts';
import { requireSender } from '../authenticate-sender.ts';
import { boundedAlert } from '../bounded-alert.ts';
import { parseDelivery } from '../parse-delivery.ts';
import type { AlertSource, Delivered } from '../source.ts';

/** A variable that has no value arrives as its own name, as `null` or empty. */
const Variable = z
  .string()
  .default('')
  .transform((text) => (/^(\$[A-Z_]+|null|)$/.test(text.trim()) ? undefined : text.trim()));
const required = (variable: string) =>
  Variable.refine((value) => value !== undefined, { error: `must be ${variable}` }).transform(String);

const Payload = z.looseObject({
  monitor: required('$ALERT_ID'),
  cycle: required('$ALERT_CYCLE_KEY'),
  transition: required('$ALERT_TRANSITION'),
  /** In milliseconds since 1970. */
  date: required('$DATE').refine((text) => /^\d{12,14}$/.test(text), {
    error: 'must be $DATE, a moment in milliseconds',
  }),
  title: required('$ALERT_TITLE'),
  status: Variable,
  priority: Variable,
  query: Variable,
  scope: Variable,
  tags: Variable,
  link: Variable,
});
type Payload = z.output<typeof Payload>;

/** No data is a fault of its own: nobody knows how it is. */
const FIRES = /^(re-)?(triggered|warn|no data)$|^renotify$/i;
const ENDS = /^recovered$/i;

export const datadogSource = (sender: Sender): AlertSource => ({
  summary: 'Datadog, with the template of the documentation',
  read(delivery) {
    requireSender(delivery, 'datadog', sender);
    return readDatadog(parseJson(delivery.body));
  },
});

/** The alert of a payload, or why there is none. Throws a ProblemError (`bad-request`) that names the wrong fields. */
export function readDatadog(body: unknown): Delivered {
  const payload = parseDelivery(Payload, body, { what: 'the Datadog payload of docs/operating.md' });
  const { transition } = payload;
  const ended = ENDS.test(transition);
  if (!ended && !FIRES.test(transition))
    return { alerts: [], ignored: `the transition "${transition}" starts and ends nothing` };
  return { alerts: [alertOf(payload, body, ended)] };
}

function alertOf(payload: Payload, raw: unknown, ended: boolean): Alert {
  const { monitor, cycle, title, status, priority, query, scope, tags, link, date } = payload;
  const at = new Date(Number(date)).toISOString();
  const labels: Record<string, string> = { ...labelsOf(tags), ...labelsOf(scope), monitor };
  return boundedAlert({
    source: 'datadog',
    // A cycle goes from the first trigger of a group to its recovery.
    fingerprint: cycle,
    status: ended ? 'resolved' : 'firing',
    // A tag of the monitor, where it has one: the title differs with what has happened.
    name: labels['alertname'] ?? title,
    severity: priority ?? 'unknown',
    labels,
    annotations: Object.fromEntries(
      Object.entries({ title, status, query }).filter((entry): entry is [string, string] =>
        Boolean(entry[1]),
      ),
    ),
    // Nothing in a recovery tells when its cycle began: it ends all that came before it.
    startedAt: at,
    endedAt: ended ? at : undefined,
    link,
    authenticated: true,
    raw,
  });
}

/** `key:value` pairs joined by commas; a tag without a value is none, and of several values the first counts. */
const labelsOf = (list: string | undefined): Record<string, string> =>
  Object.fromEntries(
    (list ?? '')
      .split(',')
      .flatMap((tag): [string, string][] => {
        const [, key, value] = /^\s*([^:\s]+):(.+?)\s*$/.exec(tag) ?? [];
        return key && value ? [[key, value]] : [];
      })
      .toReversed(),
  );
