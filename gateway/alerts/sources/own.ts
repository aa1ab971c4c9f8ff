/** A sender that nightshift does not know: a function of the configuration makes alerts of what it posts. */
import { z } from 'zod';
import { shortened } from '../../../activities/kit/shortened.ts';
import type { Config } from '../../../config/index.ts';
import { parseJson } from '../../json-body.ts';
import { ProblemError } from '../../problem-error.ts';
import { requireSender, requireSignature } from '../authenticate-sender.ts';
import { OwnAlert, ownAlert } from '../own-alert.ts';
import { parseDelivery, readEach } from '../parse-delivery.ts';
import type { AlertSource } from '../source.ts';

/** The function may say all that it was given. */
const LONGEST_REASON = 500;

const Made = z.array(z.unknown()).max(10_000);

export const ownSource = (name: string, config: Config['alertSources']['own'][string]): AlertSource => ({
  summary: `alertSources.own.${name} of the configuration`,
  read(delivery) {
    if ('signature' in config) requireSignature(delivery, `own.${name}.signature`, config.signature);
    else requireSender(delivery, `own.${name}`, config);
    const body = parseJson(delivery.body);
    const what = `what alertSources.own.${name}.alerts has to make`;
    const made = parseDelivery(Made, [make(name, config.alerts, body) ?? []].flat(), { what });
    if (made.length === 0) return { alerts: [], ignored: `alertSources.own.${name} makes no alert of it` };
    return readEach(made, (one, i) =>
      ownAlert(parseDelivery(OwnAlert, one, { what, prefix: String(i) }), { source: name, raw: body }),
    );
  },
});

function make(name: string, alerts: (body: unknown) => unknown, body: unknown): unknown {
  try {
    return alerts(body);
  } catch (cause) {
    const reason = shortened(cause instanceof Error ? cause.message : String(cause), LONGEST_REASON);
    throw new ProblemError(
      'bad-request',
      `alertSources.own.${name}.alerts cannot make alerts of this: ${reason}`,
      { cause },
    );
  }
}
