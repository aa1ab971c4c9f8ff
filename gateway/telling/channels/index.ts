import { Secret, type Config } from '../../../config/index.ts';
import type { OpenChannel } from '../channel.ts';
import { slackChannel } from './slack.ts';
import { teamsChannel } from './teams.ts';
import { webhookChannel } from './webhook.ts';

type Channel = NonNullable<Config['telling']>['channels'][string];

export function openChannel(channel: Channel): OpenChannel {
  if ('slack' in channel) return slackChannel(channel.slack);
  if ('teams' in channel) return teamsChannel(addressOf(channel.teams.url));
  return webhookChannel(addressOf(channel.webhook.url), channel.webhook.secret);
}

/** Read each time: a rotated one counts at once. */
const addressOf = (url: string | Secret) => () => (url instanceof Secret ? url.reveal() : url);
