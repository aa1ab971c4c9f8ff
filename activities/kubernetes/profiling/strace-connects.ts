/**
 * Reads what `strace -f -yy -e trace=connect,getsockopt` writes. A connect of a socket that does not block ends later:
 * its end is what SO_ERROR of that socket says, whichever thread asks for it.
 */
import { printable } from '../client/failure.ts';

export interface Connects {
  /** Those never reached first, then those with most failures. */
  readonly peers: readonly Peer[];
  /** Not ended when the trace did, by address. */
  readonly open: readonly { readonly to: string; readonly connects: number }[];
}

export interface Peer {
  /** `10.96.45.12:5432`, `[fd00::1]:443`, `unix:/run/x.sock`. */
  readonly to: string;
  /** Those whose end was seen. */
  readonly tries: number;
  readonly connected: number;
  readonly failed: Readonly<Record<string, number>>;
}

const WHO = String.raw`^(?:\[pid\s+(?<pid>\d+)\] )?`;
const FD = String.raw`(?<fd>\d+)(?:<(?<kind>[A-Za-z0-9-]+)(?<socket>.*?)>)?`;
const CONNECT = new RegExp(
  String.raw`${WHO}connect\(${FD}, \{(?<address>.*?)\}, \d+(?:\)\s+= (?<end>.*)| <unfinished \.\.\.>)$`,
);
const ASKED = new RegExp(
  String.raw`${WHO}getsockopt\(${FD}, SOL_SOCKET, SO_ERROR, (?:\[(?<error>\w+)\]| ?<unfinished)`,
);
const RESUMED = new RegExp(String.raw`${WHO}<\.\.\. (?<call>connect|getsockopt) resumed>(?<rest>.*)$`);

/** A path of a socket has 108 bytes: what is longer is none of these lines, and would be looked through again and again. */
const LONGEST_LINE = 2_000;

/** Not ended yet: the answer comes with SO_ERROR, or never. */
const LATER = /^(-1 (EINPROGRESS|EALREADY|EINTR)\b|\?)/;
const NO_ANSWER = 'no answer';
/** A program that does not ask for SO_ERROR connects once more, and is told that it is connected. */
const CONNECTED = new Set(['0', 'EISCONN']);

interface Waiting {
  readonly to: string;
  /** What -yy says of it: `:[INODE]` before it is connected, `:[FROM->TO]` from then on. */
  readonly socket: string;
}

interface Tally {
  tries: number;
  connected: number;
  readonly failed: Map<string, number>;
}

/** A connect of UDP sends nothing and tells nothing, so it is passed over. */
export function readConnects(text: string): Connects {
  const peers = new Map<string, Tally>();
  /** By file descriptor: a connect whose end is not known yet. */
  const waiting = new Map<string, Waiting>();
  /** By thread: the descriptor of a call that another thread's line came in between of. */
  const unfinished = new Map<string, string>();

  for (const line of text.split('\n')) {
    if (line.length > LONGEST_LINE) continue;
    const begun = CONNECT.exec(line)?.groups;
    const asked = begun ? undefined : ASKED.exec(line)?.groups;
    const resumed = begun || asked ? undefined : RESUMED.exec(line)?.groups;
    if (begun) {
      const { pid = '', fd = '', kind = '', socket = '', address = '', end } = begun;
      const to = addressOf(address);
      if (to === undefined || kind.startsWith('UDP')) continue;
      if (!asksAgain(waiting.get(fd), { to, socket })) {
        silence(fd);
        waiting.set(fd, { to, socket });
      }
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
  const open = Map.groupBy(waiting.values(), ({ to }) => to);
  return {
    peers: [...peers]
      .map(([to, { tries, connected, failed }]) => ({
        to,
        tries,
        connected,
        failed: Object.fromEntries(failed),
      }))
      .sort(
        (a, b) =>
          Number(b.connected === 0) - Number(a.connected === 0) ||
          b.tries - b.connected - (a.tries - a.connected) ||
          b.tries - a.tries,
      ),
    open: [...open].map(([to, { length: connects }]) => ({ to, connects })),
  };

  function tally(to: string): Tally {
    const known = peers.get(to) ?? { tries: 0, connected: 0, failed: new Map<string, number>() };
    peers.set(to, known);
    return known;
  }

  function ended(fd: string, end: string): void {
    if (!LATER.test(end)) settle(fd, /^-1 (E[A-Z]+)/.exec(end)?.[1] ?? '0');
  }

  function settle(fd: string, error: string): void {
    const to = waiting.get(fd)?.to;
    if (to === undefined) return;
    waiting.delete(fd);
    const { failed } = tally(to);
    tally(to).tries += 1;
    if (CONNECTED.has(error)) tally(to).connected += 1;
    else failed.set(error, (failed.get(error) ?? 0) + 1);
  }

  /** The program gave up on it: the descriptor is another socket's now. */
  function silence(fd: string): void {
    if (waiting.has(fd)) settle(fd, NO_ANSWER);
  }
}

/** A second connect of a socket asks what became of the first; a new socket under the same number is a new try. */
const asksAgain = (before: Waiting | undefined, { to, socket }: Waiting): boolean =>
  before?.to === to && (socket === before.socket || socket.includes('->'));

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
