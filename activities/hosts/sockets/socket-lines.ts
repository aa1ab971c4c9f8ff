/** What `ss` of iproute2 prints, without its header, each line with a word before it. */
import type { Sockets } from '../contract/sockets.ts';
import { plainLine } from '../../kit/index.ts';
import { fieldsOf } from '../program/answer.ts';
import { quantity } from '../systemd/show.ts';

type Listening = Sockets['listening'][number];
type Connected = Sockets['connections'][number];

export function socketLines(
  lines: readonly string[],
): Pick<Sockets, 'states' | 'udp' | 'listening' | 'connections' | 'matched'> {
  const counts = lines.flatMap((line) => {
    const found = /^count (\d{1,15}) (\S+) (\S+)$/.exec(line);
    return found ? [{ count: Number(found[1]), protocol: found[2]!, state: found[3]! }] : [];
  });
  const connections = lines.flatMap((line) => connectionOf(line) ?? []);
  return {
    states: counts
      .filter(({ protocol }) => protocol === 'tcp')
      .map(({ state, count }) => ({ state, count }))
      .sort((a, b) => b.count - a.count),
    udp: counts.filter(({ protocol }) => protocol === 'udp').reduce((sum, { count }) => sum + count, 0),
    listening: lines.flatMap((line) => listeningOf(line) ?? []),
    connections,
    matched: quantity(fieldsOf(lines).connections) ?? connections.length,
  };
}

/** `listen tcp LISTEN 0 4096 127.0.0.1:10249 0.0.0.0:* users:(("kube-proxy",pid=123,fd=10))` */
function listeningOf(line: string): Listening | undefined {
  const found = /^listen (tcp|udp) +\S+ +(\d{1,15}) +(\d{1,15}) +(\S+):(\d{1,5}) +\S+ *(.*)$/.exec(line);
  if (!found || !isPort(Number(found[5]))) return undefined;
  const [, protocol, queued, backlog, address, port, users = ''] = found;
  return {
    protocol: protocol as Listening['protocol'],
    address: address!.replace(/^\[(.*)\](%\S+)?$/, '$1$2'),
    port: Number(port),
    queued: Number(queued),
    backlog: protocol === 'tcp' ? Number(backlog) : null,
    owner: ownerOf(users),
  };
}

/** `connection ESTAB 0 0 10.99.0.13:22 10.99.0.1:42538 users:(("sshd",pid=499,fd=4))` */
function connectionOf(line: string): Connected | undefined {
  const found = /^connection (\S+) +(\d{1,15}) +(\d{1,15}) +(\S+) +(\S+) *(.*)$/.exec(line);
  if (!found) return undefined;
  const [, state, receiveQueue, sendQueue, local, peer, users = ''] = found;
  return {
    state: state!,
    local: local!,
    peer: peer!,
    receiveQueue: Number(receiveQueue),
    sendQueue: Number(sendQueue),
    owner: ownerOf(users),
  };
}

const isPort = (port: number): boolean => port >= 1 && port <= 65_535;

/** The first of them; a program's name may hold anything. */
function ownerOf(users: string): Listening['owner'] {
  const found = /users:\(\("(.*?)",pid=(\d{1,15})/.exec(users);
  return found ? { name: plainLine(found[1]!), pid: Number(found[2]) } : null;
}
