import {
  implementChange,
  implementRead,
  shortened,
  windowSeconds,
  type EarlierChange,
  type ImplementedStep,
} from '../kit/index.ts';
import { alertmanager } from './contract.ts';
import { matchersOf, matcherText, selectionText, type Selected } from './contract/matchers.ts';
import { Silences, type Silence } from './silences.ts';

export interface AlertmanagerStepsOptions {
  readonly url: string;
  /** Sent as a bearer token; asked at each call. */
  readonly token?: (() => string) | undefined;
}

/** The Alertmanager steps against one server, which tells its peers. */
export function createAlertmanagerSteps(options: AlertmanagerStepsOptions): ImplementedStep[] {
  const silences = new Silences(options);
  return [silence(silences), unsilence(silences), ready(silences)];
}

const silence = (silences: Silences) =>
  implementChange(alertmanager.silence, {
    async plan(input, context) {
      const firing = await silences.firing(matchersOf(input), context);
      return {
        diff: [{ path: 'silence', before: null, after: `${selectionText(input)} for ${input.for}` }],
        preconditions: {},
        preimage: {},
        dryRun: 'none',
        warnings: [firing.length === 0 ? 'no alert fires now that it would silence' : silencedNow(firing)],
      };
    },

    async apply(input, _, context) {
      const { operation } = context;
      const there = await madeBy(silences, operation, context);
      if (there) return { outcome: 'already-satisfied', output: there };
      const endsAt = new Date(Date.now() + windowSeconds(input.for) * 1000);
      const reason = input.reason ?? context.reason;
      const id = await silences.add({ matchers: matchersOf(input), endsAt, reason, operation }, context);
      return { outcome: 'applied', output: { id, endsAt: endsAt.toISOString() } };
    },

    async probe(_input, _, context) {
      const output = await madeBy(silences, context.operation, context);
      return output ? { state: 'applied', output } : { state: 'not-applied' };
    },

    undo(_, { input: { labels, matching, for: time }, operation }) {
      const selected = { labels, matching };
      return {
        change: alertmanager.unsilence(selected),
        preconditions: { silencedBy: [operation] },
        diff: [endedDiff(selected, `for ${time}`)],
      };
    },
  });

const unsilence = (silences: Silences) =>
  implementChange(alertmanager.unsilence, {
    async plan(input, { earlier, foreseen, run, ...context }) {
      const found = { preimage: {}, dryRun: 'none' as const };
      const coming = silencedEarlier(earlier, input);
      if (coming.length > 0) {
        return {
          ...found,
          dryRun: 'derived',
          diff: coming.map(({ time }) => endedDiff(input, `for ${time}`)),
          preconditions: { silencedBy: coming.map(({ operation }) => operation) },
        };
      }
      const { silencedBy = [] } = (foreseen ?? {}) as { readonly silencedBy?: readonly string[] };
      const ours = (await silences.list(context)).filter(
        ({ isOver, operation = '', matchers }) =>
          !isOver &&
          (silencedBy.includes(operation) || operation.startsWith(run)) &&
          sameMatchers(matchers, matchersOf(input)),
      );
      return {
        ...found,
        diff: ours.map(({ endsAt }) => endedDiff(input, `until ${endsAt}`)),
        preconditions: { silencedBy: ours.map(({ operation }) => operation!) },
        warnings: ours.length > 0 ? [] : ['no silence of this run is in place for them: nothing changes'],
      };
    },

    async apply(_input, { silencedBy }, context) {
      const there = await inPlace(silences, silencedBy, context);
      for (const { id } of there) await silences.end(id, context);
      const outcome = there.length > 0 ? 'applied' : 'already-satisfied';
      return { outcome, output: { ended: there.map(({ id }) => id) } };
    },

    async probe(_input, { silencedBy }, context) {
      const there = await inPlace(silences, silencedBy, context);
      return there.length > 0 ? { state: 'not-applied' } : { state: 'applied', output: { ended: [] } };
    },
  });

const ready = (silences: Silences) =>
  implementRead(alertmanager.ready, async (_, context) => {
    const status = await silences.status(context);
    return status === 'settling'
      ? { verdict: 'fail', reason: 'Alertmanager still waits for its peers to agree (settling)' }
      : { verdict: 'pass', reason: `Alertmanager takes requests (its cluster is ${status})` };
  });

type Context = Parameters<Silences['list']>[0];

async function madeBy(silences: Silences, operation: string, context: Context) {
  const found = (await silences.list(context)).find((one) => one.operation === operation);
  return found && { id: found.id, endsAt: found.endsAt };
}

async function inPlace(silences: Silences, silencedBy: readonly string[], context: Context) {
  const all = await silences.list(context);
  return all.filter(({ isOver, operation }) => !isOver && silencedBy.includes(operation ?? ''));
}

/** What the plan's earlier changes will have silenced, for the same alerts. */
const silencedEarlier = (earlier: readonly EarlierChange[], selected: Selected) =>
  earlier.flatMap(({ step, operation, input }) => {
    const { name, input: Input } = alertmanager.silence.contract;
    const silenced = step === name ? Input.safeParse(input) : undefined;
    return silenced?.success && selectionText(silenced.data) === selectionText(selected)
      ? [{ operation, time: silenced.data.for }]
      : [];
  });

const endedDiff = (selected: Selected, time: string) => ({
  path: 'silence',
  before: `${selectionText(selected)} ${time}`,
  after: null,
});

const sameMatchers = (one: Silence['matchers'], other: Silence['matchers']): boolean => {
  const texts = (matchers: Silence['matchers']) =>
    matchers.map((matcher) => `${matcher.isEqual ? '' : 'not '}${matcherText(matcher)}`).sort();
  return JSON.stringify(texts(one)) === JSON.stringify(texts(other));
};

const MOST_NAMES = 5;
function silencedNow(firing: readonly Record<string, string>[]): string {
  const counted = [...Map.groupBy(firing, ({ alertname = 'without a name' }) => alertname)];
  const names = counted
    .slice(0, MOST_NAMES)
    .map(([name, { length }]) => `${shortened(name, 80)} (${length})`);
  const more = counted.length > MOST_NAMES ? `, and ${counted.length - MOST_NAMES} more names` : '';
  return `silences what fires now: ${names.join(', ')}${more}`;
}
