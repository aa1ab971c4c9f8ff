import { expect, test } from '@jest/globals';
import { readConnects } from '../../../../activities/kubernetes/profiling/strace-connects.ts';
import { readSyscallTable } from '../../../../activities/kubernetes/profiling/strace-table.ts';
import { seenBy } from '../../../../activities/kubernetes/profiling/strace.ts';

/** What strace 6.1 wrote under busybox's timeout. */
const TABLE = `strace: Process 14463 attached with 3 threads
strace: Process 14463 detached
strace: Process 14521 detached
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 99.63    8.310205      277006        30           clock_nanosleep
  0.19    0.015546        1110        14           poll
  0.09    0.007416         148        50        40 connect
------ ----------- ----------- --------- --------- ----------------
100.00    8.333167       37571        94        40 total
Terminated
`;

test('the table of strace -c, the longest first, without its total', () => {
  expect(readSyscallTable(TABLE)).toEqual([
    { name: 'clock_nanosleep', calls: 30, errors: 0, seconds: 8.310205, share: 0.997 },
    { name: 'poll', calls: 14, errors: 0, seconds: 0.015546, share: 0.002 },
    { name: 'connect', calls: 50, errors: 40, seconds: 0.007416, share: 0.001 },
  ]);
  expect(readSyscallTable('strace: Process 7 attached\nstrace: Process 7 detached\n')).toEqual([]);
});

/** Lines of strace 6.1, with and without -yy, of several threads; addresses changed. */
const CONNECTS = `strace: Process 14463 attached with 3 threads
[pid 14521] connect(3<TCP:[20409981]>, {sa_family=AF_INET, sin_port=htons(5432), sin_addr=inet_addr("10.96.45.99")}, 16) = -1 EINPROGRESS (Operation now in progress)
[pid 14463] connect(4<TCP:[20409990]>, {sa_family=AF_INET, sin_port=htons(1), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 ECONNREFUSED (Connection refused)
[pid 14463] connect(4<UNIX-STREAM:[20409992]>, {sa_family=AF_UNIX, sun_path="/tmp/none.sock"}, 17) = -1 ENOENT (No such file or directory)
[pid 14463] connect(5<UDP:[20409994]>, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("10.96.0.10")}, 16) = 0
[pid 14522] connect(6<TCPv6:[20410563]>, {sa_family=AF_INET6, sin6_port=htons(5433), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28) = -1 ECONNREFUSED (Connection refused)
[pid 14463] connect(7, {sa_family=AF_INET, sin_port=htons(1), sin_addr=inet_addr("127.0.0.1")}, 16 <unfinished ...>
[pid 14521] connect(3<TCP:[20410023]>, {sa_family=AF_INET, sin_port=htons(5432), sin_addr=inet_addr("10.96.45.99")}, 16) = -1 EINPROGRESS (Operation now in progress)
[pid 14463] <... connect resumed>)      = -1 ECONNREFUSED (Connection refused)
[pid 14523] connect(8<TCPv6:[1]>, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::ffff:10.96.0.7", &sin6_addr), sin6_scope_id=0}, 28) = -1 EINPROGRESS (Operation now in progress)
[pid 14999] getsockopt(8<TCPv6:[10.244.1.2:4->10.96.0.7:80]>, SOL_SOCKET, SO_ERROR,  <unfinished ...>
[pid 14523] connect(9<TCP:[2]>, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("10.96.0.8")}, 16) = -1 EINPROGRESS (Operation now in progress)
[pid 14999] <... getsockopt resumed>[0], [4]) = 0
[pid 14523] getsockopt(9<TCP:[2]>, SOL_SOCKET, SO_ERROR, [EHOSTUNREACH], [4]) = 0
strace: Process 14463 detached
`;

test('where it connects to and what comes of it, by address; UDP says nothing', () => {
  const { peers, open } = readConnects(CONNECTS);
  expect(Object.fromEntries(peers.map(({ to, ...rest }) => [to, rest]))).toEqual({
    '10.96.45.99:5432': { tries: 1, connected: 0, failed: { 'no answer': 1 } },
    '127.0.0.1:1': { tries: 2, connected: 0, failed: { ECONNREFUSED: 2 } },
    'unix:/tmp/none.sock': { tries: 1, connected: 0, failed: { ENOENT: 1 } },
    '[::1]:5433': { tries: 1, connected: 0, failed: { ECONNREFUSED: 1 } },
    '10.96.0.7:80': { tries: 1, connected: 1, failed: {} },
    '10.96.0.8:80': { tries: 1, connected: 0, failed: { EHOSTUNREACH: 1 } },
  });
  expect(peers.at(-1)?.to).toBe('10.96.0.7:80');
  expect(open).toEqual([{ to: '10.96.45.99:5432', connects: 1 }]);
});

test('a program of one thread, and a socket’s path that wants to be something else', () => {
  const line = (path: string) => `connect(3, {sa_family=AF_UNIX, sun_path="${path}"}, 9) = 0\n`;
  expect(readConnects(line('/run/x\u001b[2J')).peers).toEqual([
    { to: 'unix:/run/x [2J', tries: 1, connected: 1, failed: {} },
  ]);
  expect(
    readConnects('[pid 1] <... connect resumed>) = 0\ngetsockopt(3, SOL_SOCKET, SO_ERROR, [0], [4]) = 0'),
  ).toEqual({ peers: [], open: [] });
});

/** One connect of a socket that does not block; `socket` as -yy shows it. */
const connect = (socket: string, end: string) =>
  `connect(3<TCP:[${socket}]>, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("10.96.0.7")}, 16) = ${end}\n`;
const IN_PROGRESS = '-1 EINPROGRESS (Operation now in progress)';
const THROUGH = '10.244.1.2:4000->10.96.0.7:80';

test('a program that connects once more to learn the end made one try; a new socket is another', () => {
  const to = '10.96.0.7:80';
  const begun = connect('71', IN_PROGRESS);
  const isConnected = connect(THROUGH, '-1 EISCONN (Transport endpoint is already connected)');
  const already = connect(THROUGH, '-1 EALREADY (Operation already in progress)');
  for (const end of [isConnected, `${already}${isConnected}`, connect(THROUGH, '0')])
    expect(readConnects(`${begun}${end}`)).toEqual({
      peers: [{ to, tries: 1, connected: 1, failed: {} }],
      open: [],
    });
  const refused = connect(THROUGH, '-1 ECONNREFUSED (Connection refused)');
  expect(readConnects(`${begun}${already}${refused}`).peers).toEqual([
    { to, tries: 1, connected: 0, failed: { ECONNREFUSED: 1 } },
  ]);
  expect(readConnects(`${begun}${connect('72', '0')}`).peers).toEqual([
    { to, tries: 2, connected: 1, failed: { 'no answer': 1 } },
  ]);
});

test('a connect under way when the trace ends has not failed', () => {
  const open = [{ to: '10.96.0.7:80', connects: 1 }];
  expect(readConnects(connect('71', IN_PROGRESS))).toEqual({ peers: [], open });
  const stopped = '? ERESTARTSYS (To be restarted if SA_RESTART is set)';
  expect(readConnects(connect('71', stopped))).toEqual({ peers: [], open });
});

test('why strace said nothing: not in the image, not allowed, no such process', async () => {
  const told = { pod: 'api-1', image: 'busybox:1', file: 'syscalls-of' };
  const seen = (exitCode: number, output: string) =>
    seenBy({ state: 'ended', exitCode, output }, told, { keep: async () => undefined });
  expect(await seen(127, "timeout: can't execute 'strace': No such file or directory")).toEqual({
    nothing: expect.stringMatching(/^the debug image busybox:1 has no strace: set cluster\.debugImage/),
  });
  expect(await seen(1, 'strace: attach: ptrace(PTRACE_SEIZE, 1): Operation not permitted\n')).toEqual({
    nothing: 'strace could not trace api-1: attach: ptrace(PTRACE_SEIZE, 1): Operation not permitted',
  });
  expect(await seen(143, TABLE)).toMatchObject({ text: TABLE });
  expect(
    await seenBy({ state: 'impossible', why: 'ErrImageNeverPull: x' }, told, { keep: async () => undefined }),
  ).toEqual({ nothing: 'strace could not be run in a debug container of api-1: ErrImageNeverPull: x' });
});
