/** Pieces of LogQL (https://grafana.com/docs/loki/latest/query/). */
import { StepFailure } from '../kit/index.ts';

/** A text as LogQL quotes it: Go's rules, which JSON's satisfy. */
export const quoted = (text: string): string => JSON.stringify(text);

/** Names of namespaces have no character that means something to a regular expression. */
export const namespaceSelector = (label: string, namespaces: readonly string[] | undefined): string =>
  `{${label}=~${quoted(namespaces?.join('|') ?? '.+')}}`;

/** The text with the name of this deployment's label of namespaces filled in. */
export const labelled = (expr: string, label: string): string => expr.replaceAll('$namespace', () => label);

/** The `{...}` that a log query begins with. Throws StepFailure where there is none. */
export function selectorOf(expr: string): string {
  const text = expr.trim();
  const selector = /^\{(?:"(?:[^"\\]|\\.)*"|`[^`]*`|[^"`{}])*\}/.exec(text)?.[0];
  if (selector) return selector;
  throw new StepFailure(
    'invalid',
    `\`${text.slice(0, 100)}\` gives no log lines: it does not begin with a selector`,
    {
      next: 'Begin with {label="value"}; numbers of lines are what loki.patterns counts.',
    },
  );
}

/** How many lines of a log query matched in so many seconds before the moment that is asked for. */
export const countOf = (expr: string, seconds: number): string =>
  `sum(count_over_time(${expr} [${Math.round(seconds * 1000)}ms]))`;
