/** Which alerts a silence is for, as runbooks write it, as Alertmanager takes it, and as people read it. */
import { z } from 'zod';

const Label = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,99}$/, 'write the name of a label');
/** An empty value would be that of every alert without the label; control characters have no way into a filter. */
const Value = z
  .string()
  .regex(/^[^\u0000-\u001f\u007f]{1,300}$/, 'write the value: 1 to 300 characters on one line');

export const AlertSelection = {
  /** What the alerts must have, each exactly. */
  labels: z
    .record(Label, Value)
    .refine((labels) => Object.keys(labels).length > 0, 'write one label at least, like alertname'),
  /** What narrows them further, as regular expressions (RE2) for the whole value of a label. */
  matching: z.record(Label, Value).default({}),
};

export interface Selected {
  readonly labels: Readonly<Record<string, string>>;
  readonly matching: Readonly<Record<string, string>>;
}

export interface Matcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: boolean;
}

/** In one order, whatever order they were written in: the same alerts are the same text and the same silence. */
export const matchersOf = ({ labels, matching }: Selected): Matcher[] =>
  [matchers(labels, { isRegex: false }), matchers(matching, { isRegex: true })].flat();

/** As Alertmanager's page and `amtool` write it: `alertname="PodsCrash"`, `pod=~"web-.*"`. */
export const matcherText = ({ name, value, isRegex }: Matcher): string =>
  `${name}${isRegex ? '=~' : '='}${JSON.stringify(value)}`;

export const selectionText = (selected: Selected): string => matchersOf(selected).map(matcherText).join(', ');

const matchers = (of: Readonly<Record<string, string>>, { isRegex }: { readonly isRegex: boolean }) =>
  Object.keys(of)
    .sort()
    .map((name): Matcher => ({ name, value: of[name]!, isRegex, isEqual: true }));
