import { setTimeout as sleep } from 'node:timers/promises';
import { implementRead, StepFailure } from '../../kit/index.ts';
import { hasStatus, printable } from '../client/failure.ts';
import type { RawPod } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { truncation } from '../truncated.ts';
import { containerOf } from './container-of.ts';
import { lifeThatEndedLast } from './life-that-ended-last.ts';

/** Bytes asked of the server: bounds what patterns are counted over. */
const LIMIT_BYTES = 1024 * 1024;
const LINE = 2_000;
const LOOKS = 5;
const LOOK_AGAIN_MS = 200;
const PATTERN_LINE = 8_000;

type FetchedLog = string | { readonly unavailable: string };

export const podLogs = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.podLogs, async (input, context) => {
    const { namespace, name, uid } = input.pod;
    const first = await lookAtPod();
    const container = containerOf(first, input.container);
    const fetched = input.previous ? await logOfLastLife(first) : await fetchLog({ previous: false });
    if (typeof fetched !== 'string') {
      const none = (pattern: string) => ({ pattern, count: 0 });
      return {
        container,
        available: false,
        note: fetched.unavailable,
        linesRead: 0,
        expected: input.expected.map(none),
        unexpected: input.unexpected.map(none),
        lines: [],
      };
    }
    const lines = parseLog(fetched);
    const kept = input.keep === 0 ? [] : lines.slice(-input.keep);
    return {
      container,
      available: true,
      linesRead: lines.length,
      expected: input.expected.map((p) => countPattern(p, lines)),
      unexpected: input.unexpected.map((p) => countPattern(p, lines)),
      lines: kept.map(shown),
      ...(Buffer.byteLength(fetched) >= LIMIT_BYTES
        ? {
            truncated: `the log was cut after ${LIMIT_BYTES} bytes: its newest lines are missing; ask for fewer`,
          }
        : truncation({ kept: kept.length, of: lines.length, what: 'lines' })),
    };

    async function lookAtPod(): Promise<RawPod> {
      const pod = await api.get('pods', { namespace, name }, context);
      if (uid === undefined || pod.metadata?.uid === uid) return pod;
      throw new StepFailure(
        'conflict',
        `Pod ${namespace}/${name} is another one now: the one asked about is gone`,
        { next: 'List the pods again.' },
      );
    }

    /** The container may end or begin a life between looking and fetching: then looks again, a few times. */
    async function logOfLastLife(pod: RawPod): Promise<FetchedLog> {
      for (let looks = 1; ; looks++) {
        const life = lifeThatEndedLast(pod, container);
        const log = await fetchLog({ previous: life?.current !== true });
        // Without an ended life the API server says so in its own words.
        if (!life || looks === LOOKS) return log;
        pod = await lookAtPod();
        const after = lifeThatEndedLast(pod, container);
        const same = after?.containerId === life.containerId && after.current === life.current;
        if (same && typeof log === 'string') return log;
        await sleep(LOOK_AGAIN_MS, undefined, { signal: context.signal });
      }
    }

    async function fetchLog({ previous }: { previous: boolean }): Promise<FetchedLog> {
      try {
        const text = await api.log(
          { namespace, name },
          {
            container,
            previous,
            tailLines: input.tail,
            sinceSeconds: input.sinceSeconds,
            limitBytes: LIMIT_BYTES,
            timestamps: true,
          },
          context,
          2 * LIMIT_BYTES,
        );
        const unavailable = errorInsteadOfLog(text);
        return unavailable === undefined ? text : { unavailable };
      } catch (error) {
        // 400: there is no log of that life, or the container has not started. The API server says which.
        if (hasStatus(error, 400)) return { unavailable: String(error.facts['said'] ?? error.message) };
        throw error;
      }
    }
  });

/** The kubelet answers 200 with this text when the runtime has removed the log. */
export function errorInsteadOfLog(text: string): string | undefined {
  const line = text.trim();
  return /^(\S+ )?unable to retrieve container logs for \S+$/.test(line) ? printable(line, 300) : undefined;
}

export interface LogLine {
  readonly at?: string;
  readonly text: string;
}

/** Lines as the kubelet gives them with timestamps; a line without one (the last may be cut) keeps its text. */
export function parseLog(text: string): LogLine[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => {
    const stamped = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?(.*)$/s.exec(line);
    return stamped ? { at: new Date(stamped[1]!).toISOString(), text: stamped[2]! } : { text: line };
  });
}

/** How many lines match, with the first and the last that did. */
export function countPattern(pattern: string, lines: readonly LogLine[]) {
  const expression = new RegExp(pattern, 'u');
  const hits = lines.filter((l) => expression.test(l.text.slice(0, PATTERN_LINE)));
  const [first] = hits;
  const last = hits.at(-1);
  return {
    pattern,
    count: hits.length,
    ...(first && { first: shown(first) }),
    ...(last && { last: shown(last) }),
  };
}

const shown = ({ at, text }: LogLine) => ({ ...(at && { at }), text: printable(text, LINE) });
