/**
 * What the logs of the last crash say. Logs are not trusted: an address found in one is a hint that has to be matched
 * with a Service before anything is sent to it (`dependencyService`).
 */

/** What podLogs gives of one pod, as far as it matters here. */
export interface CrashLog {
  readonly pod: string;
  readonly available: boolean;
  readonly note?: string | undefined;
  readonly expected: readonly {
    readonly count: number;
    readonly last?: { readonly text: string } | undefined;
  }[];
  readonly lines: readonly { readonly text: string }[];
}

/** An endpoint as a log line names it: an address or a host name, and a port. */
export interface NamedEndpoint {
  readonly host: string;
  readonly port: number;
}

export interface CrashCause {
  /** `dependency`: every log that could be read says that a connection failed, and to the same place. */
  readonly kind: 'dependency' | 'mixed' | 'other' | 'no logs';
  /** Where the failed connections went, when all that were named went to one place. */
  readonly dependency?: NamedEndpoint | undefined;
  /** How many crash logs said so, of how many that could be read. */
  readonly matching: number;
  readonly read: number;
  /** A line of each pod that was read: the one that matched, else its last. */
  readonly examples: readonly { readonly pod: string; readonly line: string }[];
  readonly summary: string;
}

/** Lines with which programs say that they cannot reach what they depend on, for podLogs' `expected`. */
export const CONNECTION_FAILURES = [
  String.raw`[Cc]onnection (refused|timed out|reset)`,
  'ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ECONNRESET',
  String.raw`dial tcp .*(refused|i/o timeout|no route to host)`,
  'could not connect to server|[Nn]o route to host',
];

const ENDPOINT = /(?<![\w.-])((?:\d{1,3}\.){3}\d{1,3}|[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?):(\d{1,5})(?![\d.])/g;

/** The first `host:port` of a line that can be one. Times (`02:47:11`) and versions are none. */
export function endpointIn(line: string): NamedEndpoint | undefined {
  for (const [, host, digits] of line.matchAll(ENDPOINT)) {
    const port = Number(digits);
    if (host && !/^\d+$/.test(host) && port >= 1 && port <= 65535 && isAddressOrName(host))
      return { host, port };
  }
  return undefined;
}

/** Judges the crash logs of the sick pods. */
export function crashCause(logs: readonly CrashLog[]): CrashCause {
  const read = logs.filter((log) => log.available && log.lines.length + log.expected.length > 0);
  const judged = read.map((log) => {
    const line = log.expected.find((e) => e.count > 0)?.last?.text;
    return { pod: log.pod, line: line ?? log.lines.at(-1)?.text ?? '', matched: line !== undefined };
  });
  const matching = judged.filter((j) => j.matched);
  const places = new Map(matching.map((j) => [endpointKey(endpointIn(j.line)), endpointIn(j.line)]));
  const numbers = { matching: matching.length, read: judged.length };
  const examples = judged.map(({ pod, line }) => ({ pod, line }));
  if (judged.length === 0) {
    const why = logs.find((l) => l.note)?.note;
    return {
      kind: 'no logs',
      ...numbers,
      examples,
      summary: `No crash log could be read${why ? `: ${why}` : ''}.`,
    };
  }
  if (matching.length === 0) {
    return {
      kind: 'other',
      ...numbers,
      examples,
      summary: `No crash log speaks of a failed connection; the last line is: ${judged[0]!.line}`,
    };
  }
  const [place] = places.values();
  if (matching.length < judged.length || places.size > 1 || !place) {
    return {
      kind: 'mixed',
      ...(places.size === 1 && place ? { dependency: place } : {}),
      ...numbers,
      examples,
      summary: `${matching.length} of ${judged.length} crash logs speak of a failed connection${places.size > 1 ? `, to ${places.size} different places` : ''}${place ? '' : ', without saying to where'}.`,
    };
  }
  return {
    kind: 'dependency',
    dependency: place,
    ...numbers,
    examples,
    summary: `${matching.length === 1 ? 'The crash log says' : `All ${matching.length} crash logs say`} that ${place.host}:${place.port} cannot be reached.`,
  };
}

const endpointKey = (e: NamedEndpoint | undefined): string => (e ? `${e.host}:${e.port}` : '');

function isAddressOrName(host: string): boolean {
  const octets = host.split('.');
  if (octets.every((o) => /^\d+$/.test(o)))
    return octets.length === 4 && octets.every((o) => Number(o) <= 255);
  return /[a-z]/.test(host);
}
