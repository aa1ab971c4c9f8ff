/**
 * Programs in pods that write anything, and what carries it: debug containers and probe pods that end in any way, exec,
 * a forwarded port, the profilers. Every step gives what its contract says, or fails as steps fail, and what it keeps
 * is a picture or a text and nothing that acts.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { ArtefactRef, type Artefact, type ImplementedChange } from '../../../activities/kit/index.ts';
import { debugContainerName } from '../../../activities/kubernetes/debugging/ephemeral-container.ts';
import { PROBE_OPERATION } from '../../../activities/kubernetes/probing/probe-pod.ts';
import { call } from '../../activities/kubernetes/calls.ts';
import { CLOSE, onChannel, upgrade } from '../../activities/kubernetes/upgraded.ts';
import { corpus, endless } from '../corpus.ts';
import { sampleInput } from '../steps/sample-input.ts';
import { startRig } from '../steps/what-is-sent.ts';
import { harm } from './harm.ts';
import { wrongWith } from './judged.ts';
import { NAMES, pprof } from './pprof.ts';

/** Of each step. */
const HARMED = 10;
const EXIT_CODES = [0, 0, 0, 1, 124, 127, 137, 143, -1, 2 ** 31 - 1];

/** What each program writes as a rule. */
const WRITTEN: Readonly<Record<string, string>> = {
  'kubernetes.debugContainer': 'uid=0(root) gid=0(root)\nanother line\n',
  'kubernetes.nodeDebug': 'uid=0(root) gid=0(root)\nanother line\n',
  'kubernetes.probeFromNode': 'connect: Connection refused\n',
  'kubernetes.lookUpFromNode':
    'Server:\t10.96.0.10\nAddress:\t10.96.0.10:53\n\nName:\tapi.payments\nAddress: 10.96.45.99\n',
  'kubernetes.profilePython': [
    'process 7:"python -m http.server";<module> (/srv/orders.py:14);serve (/srv/orders.py:13) 60',
    '<module> (/srv/orders.py:14);load (/usr/lib/python3.12/json/__init__.py:5);<lambda> (<string>:1) 30',
    'py-spy> Wrote raw flamegraph data. Samples: 90 Errors: 3\n',
  ].join('\n'),
  'kubernetes.profileSyscalls': [
    'strace: Process 14463 attached with 3 threads',
    '% time     seconds  usecs/call     calls    errors syscall',
    '------ ----------- ----------- --------- --------- ----------------',
    ' 99.63    8.310205      277006        30           clock_nanosleep',
    '  0.09    0.007416         148        50        40 connect',
    '100.00    8.333167       37571        94        40 total\n',
  ].join('\n'),
  'kubernetes.traceConnects': [
    'strace: Process 14463 attached with 3 threads',
    '[pid 1] connect(3<TCP:[20]>, {sa_family=AF_INET, sin_port=htons(5432), sin_addr=inet_addr("10.96.45.99")}, 16) = -1 ECONNREFUSED (Connection refused)',
    '[pid 1] connect(4<UNIX-STREAM:[21]>, {sa_family=AF_UNIX, sun_path="/tmp/none.sock"}, 17) = -1 ENOENT (No such file or directory)',
    '[pid 2] connect(9<TCP:[2]>, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("10.96.0.8")}, 16) = -1 EINPROGRESS (Operation now in progress)',
    '[pid 2] getsockopt(9<TCP:[2]>, SOL_SOCKET, SO_ERROR, [EHOSTUNREACH], [4]) = 0\n',
  ].join('\n'),
};

/** Outputs that are none, and those that are long. */
const OTHERS: readonly ((usual: string) => string)[] = [
  ...['', '\n', '\u0000', '{"kind":"Status","status":"Failure","code":403}'].map((text) => () => text),
  (usual) => usual.slice(0, -30),
  (usual) => usual.repeat(2_000),
  (usual) => usual.replaceAll('\n', ''),
  ...['x'.repeat(3_000_000), ...endless.slice(0, 9)].map(
    (long) => (usual: string) => `${usual}${long}\n${usual}`,
  ),
  // What a line is looked through for, again and again, in the middle of one.
  ...[' (', ';a (a:1', '>, {', '}, 1', ' '].map((piece) => (usual: string) => {
    const middle = usual.indexOf('\n', usual.length / 2) - 20;
    return `${usual.slice(0, middle)}${piece.repeat(1_500_000 / piece.length)}${usual.slice(middle)}`;
  }),
];

let rig: Awaited<ReturnType<typeof startRig>>;
beforeAll(async () => void (rig = await startRig()));
afterAll(() => rig.stop());

const kept: Artefact[] = [];
beforeEach(() => void (kept.length = 0));
const keep = async (artefact: Artefact) => {
  kept.push(artefact);
  const sha256 = createHash('sha256').update(artefact.content).digest('hex');
  return ArtefactRef.parse({ ...artefact, sha256, bytes: artefact.content.length });
};

/** What is kept can be looked at: a picture is made of boxes and words only, a text does not act on a terminal. */
function actingArtefact(): string | undefined {
  const texts = kept.splice(0).filter(({ mediaType }) => mediaType !== 'application/octet-stream');
  for (const { name, mediaType, content } of texts) {
    const text = Buffer.from(content).toString('utf8');
    const tags = text.match(/<(?!\/?(?:svg|rect|text|g|title)[ >])[^>]{0,40}/)?.[0];
    if (mediaType === 'image/svg+xml' && tags !== undefined) return `${name} has ${tags}`;
    if (/[^\P{Cc}\n\t]/u.test(text)) return `${name} acts on a terminal`;
  }
  return undefined;
}

/** Where the sample will not do; on a busy machine an answer may take its time. */
const INPUTS: Readonly<Record<string, object>> = {
  'kubernetes.debugContainer': { limitBytes: 1_000 },
  'kubernetes.nodeDebug': { limitBytes: 1_000 },
  'kubernetes.profileGo': { kind: 'goroutine', seconds: 30 },
  'kubernetes.execInPod': {
    pod: { namespace: 'payments', name: 'api', uid: 'uid-1' },
    ...{ container: 'app', argv: ['id'], connect: undefined, limitBytes: 1_000 },
  },
  'kubernetes.portForward': { timeoutSeconds: 60, limitBytes: 1_000 },
};

/** What the step called its answer the last time. */
let verdict: unknown;

async function judged(name: string): Promise<string | undefined> {
  verdict = undefined;
  const made = rig.steps.get(name) as ImplementedChange;
  const apply: typeof made.implementation.apply = async (...given) => {
    const applied = await made.implementation.apply(...given);
    verdict = 'output' in applied ? (applied.output as { verdict?: unknown }).verdict : undefined;
    return applied;
  };
  const step = { ...made, implementation: { ...made.implementation, apply } };
  const input = step.contract.input.parse({ ...sampleInput(step.contract), ...INPUTS[name] });
  return (await wrongWith(step, input, call({ keep }))) ?? actingArtefact();
}

type PodLike = { kind?: string; metadata: object; spec: object; status: object };

/** A pod in which what was started has ended so. */
function ended(pod: PodLike, exitCode: number, message: string): unknown {
  const { operation } = call();
  const name = debugContainerName(operation);
  const state = { terminated: { exitCode, reason: 'Completed', message } };
  return {
    ...pod,
    metadata: { ...pod.metadata, uid: 'uid-1', annotations: { [PROBE_OPERATION]: operation } },
    spec: { ...pod.spec, ephemeralContainers: [{ name }] },
    status: {
      ...{ phase: 'Running', ephemeralContainerStatuses: [{ name, state }] },
      containerStatuses: [{ name: 'app', containerID: 'containerd://1', state }],
    },
  };
}

for (const [name, usual] of Object.entries(WRITTEN))
  test(name, async () => {
    const wrong: object[] = [];
    const judge = async (output: string, about: () => unknown) => {
      const exitCode = EXIT_CODES[round++ % EXIT_CODES.length]!;
      rig.cluster.change = (answer) => {
        if (typeof answer === 'string') return output;
        const pod = answer as PodLike;
        // A kubelet's messages are text of 4,096 bytes at most.
        return pod.kind === 'Pod' ? ended(pod, exitCode, output.toWellFormed().slice(0, 4_096)) : answer;
      };
      const said = await judged(name);
      if (said) wrong.push({ said, exitCode, about: about() });
    };
    let round = 0;
    await judge(usual, () => 'the usual output');
    expect(verdict).toMatch(/^(pass|fail)$/);
    for (let seed = 0; seed < HARMED; seed += 1) {
      const { text, done } = harm(seed, { places: 1 + (seed % 4), types: false });
      await judge(text(usual), () => done);
    }
    for (const [i, other] of OTHERS.entries())
      await judge(other(usual), () => `other ${i}: ${String(other)}`);
    expect(wrong.slice(0, 5)).toEqual([]);
  });

/** Whoever asks for a WebSocket is told this at once. */
const tell = (...frames: Uint8Array[]) =>
  (rig.cluster.upgraded = (request, socket) => {
    upgrade(request, socket);
    socket.resume();
    socket.end(Buffer.concat([...frames, CLOSE]));
  });

test('kubernetes.execInPod', async () => {
  rig.cluster.change = (answer) => answer;
  const end = { status: 'Failure', details: { causes: [{ reason: 'ExitCode', message: '3' }] } };
  const wrong: object[] = [];
  tell(onChannel(1, 'out'), onChannel(3, JSON.stringify(end)));
  expect([await judged('kubernetes.execInPod'), verdict]).toEqual([undefined, 'fail']);
  for (let seed = 0; seed < 3 * HARMED; seed += 1) {
    const { json, done } = harm(seed, { places: 2, types: seed % 2 === 0 });
    const [out, err] = [corpus[seed]!, seed % 20 === 0 ? endless[seed / 20]! : corpus[seed + HARMED]!];
    const said3 = JSON.stringify(seed % 3 === 0 ? json(end) : end);
    tell(onChannel(1, out), onChannel(2, err), onChannel(3, said3));
    const said = await judged('kubernetes.execInPod');
    if (said) wrong.push({ said, done, out, err });
  }
  expect(wrong.slice(0, 5)).toEqual([]);
});

/** Both channels of a forwarded port begin with its number. */
const PORT = [onChannel(0, Buffer.of(0, 80)), onChannel(1, Buffer.of(0, 80))];
const http = (body: Uint8Array, head = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n') =>
  onChannel(0, Buffer.concat([Buffer.from(`${head}connection: close\r\n\r\n`), body]));

test('kubernetes.portForward', async () => {
  rig.cluster.change = (answer) => answer;
  const wrong: object[] = [];
  const judge = async (frames: Uint8Array[], about: unknown) => {
    tell(...PORT, ...frames);
    const said = await judged('kubernetes.portForward');
    if (said) wrong.push({ said, about });
  };
  await judge([http(Buffer.from('well'))], 'the usual answer');
  expect(verdict).toBe('pass');
  for (const text of [...corpus.slice(0, HARMED), ...endless.slice(0, 6)]) {
    const inHead = Buffer.from(`HTTP/1.1 200 ${text}\r\ncontent-type: ${text}\r\n\r\n`, 'utf8');
    await judge([http(Buffer.from(text))], text.slice(0, 80));
    await judge([onChannel(0, inHead)], text.slice(0, 80));
    await judge([onChannel(1, text)], text.slice(0, 80));
    await judge([onChannel(0, text)], text.slice(0, 80));
  }
  await judge([http(Buffer.alloc(3_000_000, 0xff))], 'bytes that are no text');
  await judge([http(Buffer.of(), 'HTTP/1.1 99999 OK\r\n')], 'a status that there is not');
  expect(wrong.slice(0, 5)).toEqual([]);
});

test('kubernetes.profileGo', async () => {
  rig.cluster.change = (answer) => answer;
  const wrong: object[] = [];
  const judge = async (profile: Uint8Array, about: unknown) => {
    tell(...PORT, http(profile));
    const said = await judged('kubernetes.profileGo');
    if (said) wrong.push({ said, about });
  };
  await judge(gzipSync(pprof()), 'the usual profile');
  expect(verdict).toBe('pass');
  for (let seed = 0; seed < 3 * HARMED; seed += 1) {
    const { json, done } = harm(seed, { places: 1 + (seed % 4), types: false });
    await judge(gzipSync(pprof(json(NAMES) as string[])), done);
    const bytes = pprof();
    for (let at = seed % bytes.length; at < bytes.length; at += 31) bytes[at]! ^= 1 << (seed % 8);
    await judge(gzipSync(bytes), `bit ${seed % 8} of byte ${seed % bytes.length} and of each 31st after it`);
  }
  for (const long of endless.slice(0, 6))
    await judge(gzipSync(pprof(NAMES.map((name) => name && long))), 'long names');
  for (const figure of [2n ** 63n - 1n, -1n]) await judge(gzipSync(pprof(NAMES, figure)), String(figure));
  await judge(pprof(), 'not gzipped');
  expect(wrong.slice(0, 5)).toEqual([]);
});
