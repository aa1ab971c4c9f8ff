/**
 * Microsoft Teams through a workflow's webhook ("Post to a channel when a webhook request is received"): an Adaptive Card
 * (https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using).
 */
import { postJson, type OpenChannel } from '../channel.ts';
import type { Telling } from '../telling.ts';

export const teamsChannel = (address: () => string): OpenChannel => ({
  async send({ tellings }, signal) {
    const content = {
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      type: 'AdaptiveCard',
      version: '1.4',
      body: tellings.flatMap(blocks),
    };
    const attachments = [{ contentType: 'application/vnd.microsoft.card.adaptive', content }];
    await postJson(address(), { type: 'message', attachments }, { signal });
    return undefined;
  },
});

const blocks = ({ title, lines, commands }: Telling) => [
  { type: 'TextBlock', text: escaped(title), weight: 'Bolder', wrap: true },
  ...lines.map((line) => ({ type: 'TextBlock', text: escaped(line), wrap: true, spacing: 'None' })),
  ...commands.map((text) => ({
    type: 'TextBlock',
    text,
    fontType: 'Monospace',
    wrap: true,
    spacing: 'None',
  })),
];

/** Cards read a part of Markdown: links and emphasis of strangers are shown as they are written. */
const escaped = (text: string): string => text.replace(/[\\`*_[\]()#<>~|]/g, '\\$&');
