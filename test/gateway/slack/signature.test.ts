import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { secret } from '../../../config/index.ts';
import { whyNotSlack } from '../../../gateway/slack/signature.ts';

/** The example of Slack's documentation. */
const SECRET = secret.literal('8f742231b10e8888abcd99yyyzzz85a5');
const example = {
  timestamp: '1531420618',
  body: Buffer.from(
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  ),
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
};
const now = 1_531_420_618_000;
const why = (change: Partial<typeof example>, at = now) =>
  whyNotSlack({ ...example, ...change }, { secrets: [secret.literal('another'), SECRET], now: at });

test('the documented request is believed, with whichever of several secrets fits', () => {
  expect(why({})).toBeUndefined();
  expect(why({}, now + 299_000)).toBeUndefined();
});

test('a secret that is missing is told, and costs the others nothing', () => {
  const unset = secret.env('TEST_NOWHERE');
  for (const [secrets, expected] of [
    [[unset, SECRET], undefined],
    [[SECRET, unset], undefined],
    [[unset], expect.stringMatching(/X-Slack-Signature fits no signingSecret/)],
  ] as const) {
    const missing: string[] = [];
    const said = whyNotSlack(example, { secrets, now, missing: ({ message }) => missing.push(message) });
    expect({ said, missing }).toEqual({
      said: expected,
      missing: [expect.stringContaining('TEST_NOWHERE] is not set')],
    });
  }
});

test('another body, signature, scheme or timestamp is not', () => {
  for (const change of [
    { body: Buffer.concat([example.body, Buffer.from('&')]) },
    { signature: example.signature.replace('a2', 'a3') },
    { signature: example.signature.slice(3) },
    { signature: '' },
    { timestamp: '1531420619' },
    { timestamp: '' },
  ])
    expect(why(change)).toMatch(/X-Slack-Signature fits no signingSecret/);
});

test('an old one is not, nor one of a moment that is none', () => {
  for (const at of [now + 301_000, now - 301_000]) expect(why({}, at)).toMatch(/within 5 minutes/);
  const timestamp = 'soon';
  const digest = createHmac('sha256', SECRET.reveal()).update('v0:soon:').update(example.body).digest('hex');
  expect(why({ timestamp, signature: `v0=${digest}` })).toMatch(/within 5 minutes/);
});
