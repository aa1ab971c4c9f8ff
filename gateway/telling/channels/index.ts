import { addressOf, type Config } from '../../../config/index.ts';
import type { OpenChannel } from '../channel.ts';
import { emailChannel } from './email.ts';
import { grafanaChannel } from './grafana.ts';
import { pagerDutyChannel } from './pager-duty.ts';
import { pagerDutyIncidentsChannel, type IsWorkedOn } from './pager-duty-incidents.ts';
import { slackChannel } from './slack.ts';
import { teamsChannel } from './teams.ts';
import { webhookChannel } from './webhook.ts';

type Channel = NonNullable<Config['telling']>['channels'][string];

/** `isWorkedOn`: whether another run than the one that a telling is of works on the same incident of PagerDuty. */
export function openChannel(
  channel: Channel,
  { isWorkedOn = () => Promise.resolve(false) }: { readonly isWorkedOn?: IsWorkedOn } = {},
): OpenChannel {
  const { slack, teams, email, pagerduty, pagerdutyIncidents, grafana, webhook } = channel;
  if (slack) return slackChannel(slack);
  if (teams) return teamsChannel(() => addressOf(teams.url));
  if (email) return emailChannel(email);
  if (pagerduty) return pagerDutyChannel(pagerduty);
  if (pagerdutyIncidents) return pagerDutyIncidentsChannel({ ...pagerdutyIncidents, isWorkedOn });
  if (grafana) return grafanaChannel(grafana);
  if (webhook) return webhookChannel(() => addressOf(webhook.url), webhook.secret);
  throw new TypeError('a channel is one of the kinds that the configuration knows');
}
