/**
 * A question as blocks of Slack with its buttons (https://docs.slack.dev/reference/block-kit/blocks). What does not fit is
 * not cut: then there is no button that approves, since nobody could have seen all of it. Pure.
 */
import { shortened, type Risk } from '../../activities/kit/index.ts';
import type { Answering } from '../telling/answering.ts';
import type { Telling } from '../telling/telling.ts';
import { answersByClick } from './buttons.ts';
import { ANSWERS, type ButtonValue } from './click.ts';

export interface ButtonsConfig {
  readonly approvesUpTo?: Risk | undefined;
  /** With `{run}` in it. */
  readonly link?: string | undefined;
}

/** Slack's own limits. */
const LONGEST_SECTION = 3_000;
const LONGEST_VALUE = 2_000;
const LONGEST_CONFIRM = 300;

/** Nothing where no button would be left: a text says as much. `text` is escaped for Slack already, and so is what `escape` answers. */
export function questionBlocks(
  telling: Telling & { readonly answering: Answering },
  { text, escape, buttons }: { text: string; escape: (text: string) => string; buttons: ButtonsConfig },
): object[] | undefined {
  const { answering, run = '', title } = telling;
  const diff = answering.diff.map(escape).join('\n').replaceAll('```', "'''");
  const fits = answering.whole && text.length <= LONGEST_SECTION && diff.length + 8 <= LONGEST_SECTION;
  const upTo = fits ? buttons.approvesUpTo : undefined;
  const answers = answersByClick(answering, upTo).flatMap((answer) => {
    const { questionHash, planHash } = answering;
    const value: ButtonValue = { run, question: telling.question ?? '', questionHash, planHash, answer };
    const carried = JSON.stringify(value);
    return carried.length <= LONGEST_VALUE ? [button(answer, carried, title)] : [];
  });
  const link = buttons.link?.replace('{run}', () => encodeURIComponent(run));
  const elements = [
    ...answers,
    ...(link === undefined ? [] : [{ type: 'button', text: plain('Open'), url: link, action_id: 'open' }]),
  ];
  if (elements.length === 0) return undefined;
  return [
    section(shortened(text, LONGEST_SECTION)),
    ...(fits && diff !== '' ? [section(`\`\`\`${diff}\`\`\``)] : []),
    { type: 'actions', block_id: 'nightshift-answers', elements },
  ];
}

const button = (answer: string, value: string, title: string) => ({
  type: 'button',
  text: plain(answer),
  action_id: `${ANSWERS}${answer}`,
  value,
  ...(answer === 'approve' && {
    style: 'primary',
    confirm: {
      title: plain('Approve exactly this?'),
      text: plain(title.slice(0, LONGEST_CONFIRM).toWellFormed()),
      confirm: plain('Approve'),
      deny: plain('Not yet'),
    },
  }),
  ...((answer === 'reject' || answer === 'abort') && { style: 'danger' }),
});

const plain = (text: string) => ({ type: 'plain_text', text: text.slice(0, LONGEST_CONFIRM) });
const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
