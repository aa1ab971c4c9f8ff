/** What could be seen of a workload: pure verdicts on what the systems answered. */
import type { Tried } from '../../activities/kit/index.ts';
import type { Pod } from '../../activities/kubernetes/contract.ts';

/** `yes`, or why not: `no: …`, `unknown: …`. */
export type Mark = 'yes' | `no: ${string}` | `unknown: ${string}`;

export interface Coverage {
  readonly workload: string;
  readonly probes: Mark;
  readonly limits: Mark;
  readonly metrics: Mark;
  readonly logs: Mark;
  readonly structured: Mark;
  /** Ids of requests or traces in its lines. */
  readonly ids: Mark;
  readonly traces: Mark;
}
const COLUMNS = ['probes', 'limits', 'metrics', 'logs', 'structured', 'ids', 'traces'] as const;

const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;
type Kind = (typeof KINDS)[number];
export interface Workload {
  readonly kind: Kind;
  readonly name: string;
  /** Names of its pods that are meant to run. */
  readonly pods: readonly string[];
}

/** The workloads that have pods, by name; jobs and bare pods are left out. */
export function workloadsOf(pods: readonly Pod[]): Workload[] {
  const running = pods.filter((p) => p.condition !== 'finished' && p.condition !== 'terminating');
  const byName = Map.groupBy(
    running.filter((p) => KINDS.includes(p.workload?.kind as Kind)),
    (p) => `${p.workload!.kind}/${p.workload!.name}`,
  );
  return [...byName.values()]
    .map((own) => ({
      kind: own[0]!.workload!.kind as Kind,
      name: own[0]!.workload!.name,
      pods: own.map((p) => p.name),
    }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

type Lines =
  | {
      readonly state: 'known';
      readonly lines: readonly { readonly text: string; readonly labels: Readonly<Record<string, string>> }[];
    }
  | { readonly state: 'unknown'; readonly why: string; readonly reason: string };

const unasked = ({ message }: { readonly message: string }): Mark => `unknown: ${message}`;

export function probesOf(
  answer: Tried<{
    readonly pods: readonly {
      readonly name: string;
      readonly containers: readonly {
        readonly container: string;
        readonly probes: readonly { readonly kind: string }[];
      }[];
    }[];
  }>,
  own: readonly string[],
): Mark {
  if (!answer.ok) return unasked(answer);
  const [pod] = answer.value.pods.filter((p) => own.includes(p.name));
  if (!pod) return 'unknown: none of its pods was looked at';
  const without = pod.containers
    .filter((c) => !c.probes.some(({ kind }) => kind === 'readiness'))
    .map((c) => c.container);
  return without.length === 0 ? 'yes' : `no: ${without.join(', ')} without a readiness probe`;
}

export function limitsOf(
  answer: Tried<{
    readonly found: boolean;
    readonly containers: readonly {
      readonly name: string;
      readonly kind: string;
      readonly limits: Readonly<Record<string, string>>;
    }[];
  }>,
): Mark {
  if (!answer.ok) return unasked(answer);
  if (!answer.value.found) return 'unknown: it is gone';
  const without = answer.value.containers
    .filter((c) => c.kind !== 'init' && c.limits['memory'] === undefined)
    .map((c) => c.name);
  return without.length === 0 ? 'yes' : `no: ${without.join(', ')} without a memory limit`;
}

export function metricsOf(
  answer: Tried<
    | { readonly state: 'known'; readonly found: number }
    | { readonly state: 'unknown'; readonly reason: string }
  >,
): Mark {
  if (!answer.ok) return unasked(answer);
  if (answer.value.state === 'unknown') return `unknown: ${answer.value.reason}`;
  return answer.value.found > 0 ? 'yes' : 'no: Prometheus has no series of its own of it';
}

/** Whether its lines come, and whether they are JSON or logfmt. */
export function logsOf(answer: Tried<Lines>): Pick<Coverage, 'logs' | 'structured'> {
  if (!answer.ok) return { logs: unasked(answer), structured: unasked(answer) };
  const { value } = answer;
  if (value.state === 'unknown' && value.why === 'warnings') {
    const mark: Mark = `unknown: ${value.reason}`;
    return { logs: mark, structured: mark };
  }
  if (value.state === 'unknown' || value.lines.length === 0) {
    const why = value.state === 'unknown' ? value.reason : 'no line in an hour';
    return { logs: `no: ${why}`, structured: 'unknown: there is no line to look at' };
  }
  const plain = value.lines.filter(({ text }) => !isStructured(text)).length;
  return {
    logs: 'yes',
    structured:
      plain * 10 <= value.lines.length ? 'yes' : `no: ${plain} of ${value.lines.length} lines are plain text`,
  };
}

/** JSON, also where the line was cut, or logfmt. */
const isStructured = (text: string): boolean =>
  /^\s*\{\s*"/.test(text) || (text.match(/(?:^|\s)[A-Za-z_][\w.]*=(?:"[^"]*"|\S+)/g)?.length ?? 0) >= 2;

const ID = /\b(request|trace|correlation)[-_ ]?id\b|\btraceparent\b/i;

export function idsIn(answer: Tried<Lines>): Mark {
  if (!answer.ok) return unasked(answer);
  if (answer.value.state === 'unknown' || answer.value.lines.length === 0)
    return 'unknown: there is no line to look at';
  const { lines } = answer.value;
  return lines.some(
    ({ text, labels }) =>
      ID.test(text) || labels['trace_id'] !== undefined || labels['request_id'] !== undefined,
  )
    ? 'yes'
    : `no: none of ${lines.length} lines names a request or a trace`;
}

export function tracesOf(answer: Tried<{ readonly state: string }>): Mark {
  if (!answer.ok) return unasked(answer);
  return answer.value.state === 'known' ? 'yes' : 'no: there is no trace of a service of this name';
}

/** Every column that is not `yes`, with why. */
export const gapsOf = (row: Coverage): string[] =>
  COLUMNS.flatMap((column) =>
    row[column].startsWith('no') ? [`${row.workload}: ${column}: ${row[column].slice('no: '.length)}`] : [],
  );

/** One line a workload, columns under each other; `?` is not known. */
export function coverageTable(rows: readonly Coverage[]): string[] {
  const width = Math.max('workload'.length, ...rows.map((r) => r.workload.length));
  const line = (first: string, cells: readonly string[]) =>
    [first.padEnd(width), ...cells.map((cell, i) => cell.padEnd(COLUMNS[i]!.length))].join('  ').trimEnd();
  const sign = (mark: Mark) => (mark === 'yes' ? 'yes' : mark.startsWith('no') ? 'NO' : '?');
  return [
    line('workload', COLUMNS),
    ...rows.map((r) =>
      line(
        r.workload,
        COLUMNS.map((c) => sign(r[c])),
      ),
    ),
  ];
}
