import type { z } from 'zod';
import { windowSeconds } from '../kit/index.ts';
import type { loki } from './contract.ts';
import type { LokiApi } from './http-api.ts';
import { answeredInPart, newestLine } from './lines.ts';
import { namespaceSelector } from './logql.ts';

type Question = z.output<typeof loki.fresh.contract.input>;
type Answer = z.output<typeof loki.fresh.contract.output>;
type Heard = Answer['namespaces'][number];

const LOOK_BACK_SECONDS = 3_600;

/** When each namespace was last heard, and what that means beside the others. */
export async function fresh(
  api: LokiApi,
  o: { readonly input: Question; readonly label: string; readonly at: Date; readonly signal: AbortSignal },
): Promise<Answer> {
  const { input, label, at, signal } = o;
  const maxAge = windowSeconds(input.maxAge);
  const warnings: string[] = [];
  const newestOf = async (namespaces: readonly string[] | undefined, seconds: number) => {
    const { data, warnings: warned } = await newestLine(api, {
      selector: namespaceSelector(label, namespaces),
      period: { from: new Date(at.getTime() - seconds * 1000), to: at },
      signal,
    });
    warnings.push(...warned);
    return data;
  };
  const namespaces = await Promise.all(
    input.namespaces.map(async (namespace): Promise<Heard> => {
      const newest = await newestOf([namespace], Math.max(LOOK_BACK_SECONDS, 12 * maxAge));
      if (!newest) return { namespace, fresh: false };
      const ageSeconds = Math.max(0, Math.round((at.getTime() - Date.parse(newest.at)) / 100) / 10);
      return { namespace, fresh: ageSeconds <= maxAge, newest: newest.at, ageSeconds };
    }),
  );
  const silent = namespaces.filter((n) => !n.fresh);
  const anything =
    silent.length === namespaces.length && (await newestOf(undefined, maxAge)) === undefined
      ? 'nothing'
      : 'some';
  return { ...judge({ namespaces, anything, maxAge: input.maxAge, warnings }), namespaces };
}

/** `anything`: whether lines of any namespace came within the time. */
export function judge(o: {
  readonly namespaces: readonly Heard[];
  readonly anything: 'nothing' | 'some';
  readonly maxAge: string;
  /** With which Loki answered in part: a line that it has may not be among what it gave. */
  readonly warnings: readonly string[];
}): Pick<Answer, 'verdict' | 'reason'> {
  const silent = o.namespaces.filter((n) => !n.fresh);
  if (silent.length === 0)
    return {
      verdict: 'pass',
      reason: `every namespace was heard within ${o.maxAge}: ${o.namespaces.map(heard).join(', ')}`,
    };
  const who = silent.map(heard).join(', ');
  if (o.warnings.length > 0)
    return { verdict: 'unknown', reason: `${answeredInPart(o.warnings)}; of what it gave: ${who}` };
  return o.anything === 'nothing'
    ? {
        verdict: 'fail',
        reason: `no log line of any namespace came within ${o.maxAge}: the log shippers or Loki's intake do not work (${who})`,
      }
    : {
        verdict: 'unknown',
        reason: `others are heard, these are not: ${who}. They log nothing, or their log shipper is dead; the pods' own logs tell which`,
      };
}

const heard = ({ namespace, ageSeconds }: Heard): string =>
  ageSeconds === undefined ? `${namespace} not at all` : `${namespace} ${ageSeconds} s ago`;
