/** A click on a button of a question, as Slack sends it (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload). */
import { z } from 'zod';
import { jsonOf } from '../../activities/http/json-of.ts';

/** What a button carries: the question that its message showed, by its hashes, and the answer. */
export const ButtonValue = z.strictObject({
  run: z.string().min(1).max(1000),
  question: z.string().min(1).max(200),
  questionHash: z.string().max(200),
  planHash: z.string().max(200),
  answer: z.string().min(1).max(100),
});
export type ButtonValue = z.output<typeof ButtonValue>;

/** The `action_id` of a button that answers is this and the answer; another's, like that of a link, says nothing. */
export const ANSWERS = 'nightshift-answer:';

const Payload = z.looseObject({
  type: z.literal('block_actions'),
  user: z.looseObject({ id: z.string() }),
  channel: z.looseObject({ id: z.string() }),
  message: z.looseObject({ ts: z.string(), thread_ts: z.string().optional() }),
  actions: z
    .array(
      z.looseObject({
        action_id: z.string(),
        value: z.string().optional(),
        action_ts: z.string(),
      }),
    )
    .min(1),
});

export interface Click {
  /** Slack's id of who clicked. */
  readonly user: string;
  readonly channel: string;
  readonly thread: string;
  readonly at: string;
  readonly value: ButtonValue;
}

/** Answers nothing for interactions that are no answers: a link that was opened, a shortcut. */
export function clickIn(body: Buffer): Click | undefined {
  const payload = new URLSearchParams(body.toString('utf8')).get('payload');
  const parsed = Payload.safeParse(jsonOf(payload ?? ''));
  if (!parsed.success) return undefined;
  const { user, channel, message, actions } = parsed.data;
  const action = actions.find(({ action_id: id }) => id.startsWith(ANSWERS));
  const value = ButtonValue.safeParse(jsonOf(action?.value ?? ''));
  if (!action || !value.success) return undefined;
  return {
    ...{ user: user.id, channel: channel.id, thread: message.thread_ts ?? message.ts },
    ...{ at: action.action_ts, value: value.data },
  };
}
