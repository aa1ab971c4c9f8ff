import type { Question } from '../../workflows/messages.ts';
import { byHand } from './by-hand.ts';
import { renderChange, renderPutBack } from './change.ts';
import { section } from './headed.ts';
import { wrap } from './layout.ts';
import { paintRisk, type Screen } from './screen.ts';
import { moment } from './time.ts';

type Plan = NonNullable<Question['plan']>;

/** Characters of a plan's hash that are shown and may be typed back: 48 bits. */
export const SHOWN_HASH = 12;
export const shortHash = (hash: string): string => hash.replace(/^sha256:/, '').slice(0, SHOWN_HASH);

/** All that one approval covers: the changes in order, the put-backs, and how a person would do it without nightshift. */
export function renderPlan(plan: Plan, screen: Screen): string[] {
  const { paint, width } = screen;
  const { changes, putBacks } = plan;
  const spaced = (blocks: string[][]) => blocks.flatMap((block, i) => (i === 0 ? block : ['', ...block]));
  const order = changes.length > 1 ? ', in this order' : '';
  const commands = changes.flatMap(byHand);
  const later = putBacks.flatMap(byHand);
  return [
    ...section(
      `WHAT IT WILL DO: ${count(changes.length, 'change')}${order}`,
      spaced(changes.map((change, i) => renderChange(change, `${i + 1}.`, screen))),
      screen,
    ),
    ...section(
      changes.length
        ? 'PUT BACK LATER, under this same approval'
        : `PUT BACK NOW${putBacks.some((p) => p.once) ? ', each once its check passes' : ''}`,
      spaced(putBacks.map((change, i) => renderPutBack(change, `${letter(i)}.`, screen))),
      screen,
    ),
    ...section(
      'BY HAND, if you would rather',
      [
        ...commands.map((command) => `  ${command}`),
        ...later.map((command) => `  ${command}${changes.length ? ` ${paint.dim('# later')}` : ''}`),
        ...(commands.length < changes.length
          ? [paint.dim('  (no single command does the others)')].slice(0, commands.length > 0 ? 1 : 0)
          : []),
      ],
      screen,
    ),
    '',
    ...wrap(
      `${paint.dim('plan')} ${paint.bold(shortHash(plan.hash))}  ${paint.dim('risk')} ${paintRisk(plan.risk, screen)}  ${paint.dim('valid until')} ${moment(plan.expiresAt, screen)}`,
      { width },
    ),
  ];
}

const letter = (index: number): string => String.fromCharCode(97 + (index % 26));
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
