/**
 * Reads what `strace -f -yy -e trace=connect,getsockopt` writes. A connect of a socket that does not block ends later:
 * its end is what SO_ERROR of that socket says, whichever thread asks for it.
 */
import { printable } from '../client/failure.ts';

export interface Peer {
  /** `10.96.45.12:5432`, `[fd00::1]:443`, `unix:/run/x.sock`. */
  readonly to: string;
  readonly tries: number;
  readonly connected: number;
  readonly failed: Readonly<Record<string, number>>;
}

const WHO = String.raw`^(?:\[pid\s+(?<pid>\d+)\] )?`;
const FD = String.raw`(?<fd>\d+)(?:<(?<kind>[A-Za-z0-9-]+).*?>)?`;
const CONNECT = new RegExp(
  String.raw`${WHO}connect\(${FD}, \{(?<address>.*?)\}, \d+(?:\)\s+= (?<end>.*)| <unfinished \.\.\.>)$`,
);
const ASKED = new RegExp(
  String.raw`${WHO}getsockopt\(${FD}, SOL_SOCKET, SO_ERROR, (?:\[(?<error>\w+)\]| ?<unfinished)`,
);
const RESUMED = new RegExp(String.raw`${WHO}<\.\.\. (?<call>connect|getsockopt) resumed>(?<rest>.*)$`);

/** Not ended yet: the answer comes with SO_ERROR, or never. */
const LATER = /^(-1 (EINPROGRESS|EALREADY|EINTR)\b|\?)/;
const NO_ANSWER = 'no answer';

interface Tally {
  tries: number;
  connected: number;
  readonly failed: Map<string, number>;
}

/** Those with most failures first. A connect of UDP sends nothing and tells nothing, so it is passed over. */
export function readConnects(text: string): Peer[] {
  const peers = new Map<string, Tally>();
  /** By file descriptor: a connect whose end is not known yet. */
  const waiting = new Map<string, string>();
  /** By thread: the descriptor of a call that another thread's line came in between of. */
  const unfinished = new Map<string, string>();

  for (const line of text.split('\n')) {
    const begun = CONNECT.exec(line)?.groups;
    const asked = begun ? undefined : ASKED.exec(line)?.groups;
    const resumed = begun || asked ? undefined : RESUMED.exec(line)?.groups;
    if (begun) {
      const { pid = '', fd = '', kind = '', address = '', end } = begun;
      const to = addressOf(address);
      if (to === undefined || kind.startsWith('UDP')) continue;
      silence(fd);
      tally(to).tries += 1;
      waiting.set(fd, to);
      if (end === undefined) unfinished.set(pid, fd);
      else ended(fd, end);
    } else if (asked) {
      const { pid = '', fd = '', error } = asked;
      if (error === undefined) unfinished.set(pid, fd);
      else settle(fd, error);
    } else if (resumed) {
      const { pid = '', call, rest = '' } = resumed;
      const fd = unfinished.get(pid);
      if (fd === undefined) continue;
      unfinished.delete(pid);
      if (call === 'connect') ended(fd, /=\s+(.*)$/.exec(rest)?.[1] ?? '?');
      else settle(fd, /\[(\w+)\]/.exec(rest)?.[1] ?? '?');
    }
  }
  for (const fd of waiting.keys()) silence(fd);
  return [...peers]
    .map(([to, { tries, connected, failed }]) => ({
      to,
      tries,
      connected,
      failed: Object.fromEntries(failed),
    }))
    .sort((a, b) => b.tries - b.connected - (a.tries - a.connected) || b.tries - a.tries);

  function tally(to: string): Tally {
    const known = peers.get(to) ?? { tries: 0, connected: 0, failed: new Map<string, number>() };
    peers.set(to, known);
    return known;
  }

  function ended(fd: string, end: string): void {
    if (!LATER.test(end)) settle(fd, /^-1 (E[A-Z]+)/.exec(end)?.[1] ?? '0');
  }

  function settle(fd: string, error: string): void {
    const to = waiting.get(fd);
    if (to === undefined) return;
    waiting.delete(fd);
    const { failed } = tally(to);
    if (error === '0') tally(to).connected += 1;
    else failed.set(error, (failed.get(error) ?? 0) + 1);
  }

  /** The program gave up on it, or the trace ended before it did. */
  function silence(fd: string): void {
    if (waiting.has(fd)) settle(fd, NO_ANSWER);
  }
}

function addressOf(text: string): string | undefined {
  const port = /sin6?_port=htons\((\d+)\)/.exec(text)?.[1];
  const four = /inet_addr\("([\d.]+)"\)/.exec(text)?.[1];
  if (four) return `${four}:${port}`;
  const six = /inet_pton\(AF_INET6, "([0-9a-fA-F:.]+)"/.exec(text)?.[1];
  // What a program with one kind of socket for both calls an IPv4 address.
  if (six) return six.startsWith('::ffff:') ? `${six.slice(7)}:${port}` : `[${six}]:${port}`;
  const path = /sun_path=(@?".*")/.exec(text)?.[1];
  return path === undefined ? undefined : `unix:${printable(path.replaceAll('"', ''), 108)}`;
}
