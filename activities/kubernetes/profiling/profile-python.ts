import type { z } from 'zod';
import { implementChange, type ApplyContext } from '../../kit/index.ts';
import { printable } from '../client/failure.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { Ended } from '../probing/container-state.ts';
import { flameGraph } from './flame-graph.ts';
import { hotPath } from './hot-path.ts';
import { notLookedAt } from './not-looked-at.ts';
import { createProfiler, wholeLines } from './profiler.ts';
import { fileOf, isOfPackage, readPythonStacks } from './python-stacks.ts';
import { ownCode, topFrames, totalOf } from './top-frames.ts';
import type { Stack } from './pprof.ts';

const RATE = 100;
/** What py-spy may take to begin and to write, beside the sampling. */
const AROUND_SECONDS = 20;
/** As py-spy says that a process runs no Python. */
const NO_PYTHON = /No python processes found|Failed to find python version/;

type Input = z.output<(typeof kubernetes.profilePython)['contract']['input']>;

export const profilePython = (client: KubernetesClient) => {
  const image = client.probe.debugImage;
  const profiler = createProfiler(client, {
    profiling,
    outcome: (input: Input, ended, context) => outcome(input, { ended, image }, context),
  });
  return implementChange(kubernetes.profilePython, {
    ...profiler,
    plan: async (input, context) => ({
      ...(await profiler.plan(input, context)),
      ...(!input.nonblocking && { risk: 'disruptive' as const }),
    }),
  });
};

const profiling = ({ pod, container, pid, seconds, nonblocking }: Input) => ({
  ...{ pod, container },
  argv: [
    ...['py-spy', 'record', '--pid', String(pid), '--subprocesses'],
    ...['--duration', String(seconds), '--rate', String(RATE)],
    ...['--format', 'raw', '--full-filenames', '--output', '/dev/stdout'],
    ...(nonblocking ? ['--nonblocking'] : []),
  ],
  timeoutSeconds: seconds + AROUND_SECONDS,
  warnings: [
    'It reads the memory of the program; only names of functions and files are kept of it',
    nonblocking
      ? 'The program is not stopped: a few samples may be wrong'
      : `The program is stopped for a moment ${RATE} times a second`,
  ],
});

const NOTHING = { total: 0, running: 0, hotPath: [], ownCode: [], top: [], artefacts: [] };

async function outcome(
  { pod: { namespace, name }, seconds }: Input,
  { ended, image }: { readonly ended: Ended; readonly image: string },
  { keep }: Pick<ApplyContext, 'keep'>,
) {
  const missing = notLookedAt(ended, { tool: 'py-spy', image, pod: name });
  if (missing !== undefined || ended.state !== 'ended')
    return { verdict: 'unknown' as const, reason: missing ?? ended.state, ...NOTHING };
  const { text: output, truncated } = wholeLines(ended.output);
  const cut = truncated && `py-spy's output is ${truncated}`;
  const { stacks, unreadable } = readPythonStacks(output);
  if (stacks.length === 0 && cut)
    return { verdict: 'unknown' as const, reason: `${cut}, before the first stack`, ...NOTHING, truncated };
  if (stacks.length === 0) return { ...why(ended, { name, seconds }), ...NOTHING };

  const own = ownCode(stacks, isOfPackage);
  const [first] = own.length > 0 ? own : topFrames(stacks);
  const total = totalOf(stacks);
  const drawn = stacks.map(withFiles);
  const title = `Python of ${namespace}/${name}, ${seconds} s`;
  const file = `python-of-${name}`.slice(0, 80);
  const pictures = [
    {
      name: `${file}.svg`,
      mediaType: 'image/svg+xml' as const,
      text: flameGraph(drawn, { title, unit: 'samples' }),
    },
    { name: `${file}.folded.txt`, mediaType: 'text/plain' as const, text: folded(drawn) },
  ];
  const artefacts = [];
  for (const { text, ...picture } of pictures) {
    const kept = await keep({ ...picture, content: Buffer.from(text) });
    if (kept) artefacts.push(kept);
  }
  const share = `${Math.round(first!.share * 100)}%`;
  const doubt = unreadable > total / 10 ? `; ${unreadable} samples could not be read` : '';
  const partly = cut ? `; ${cut}, what is beyond is not counted` : '';
  return {
    verdict: 'pass' as const,
    reason: `${share} of ${total} samples are in ${first!.function}${first!.at && ` (${first!.at})`}${doubt}${partly}`,
    total,
    running: Math.round((total / (seconds * RATE)) * 100) / 100,
    hotPath: hotPath(stacks).map((place) => ({ ...place, own: !isOfPackage(place) })),
    ownCode: own,
    top: topFrames(stacks),
    ...(truncated && { truncated }),
    artefacts,
  };
}

/** Why there is no sample. */
function why(
  { exitCode, output }: { readonly exitCode: number; readonly output: string },
  { name, seconds }: { readonly name: string; readonly seconds: number },
) {
  if (NO_PYTHON.test(output))
    return { verdict: 'fail' as const, reason: `there is no Python program in that container of ${name}` };
  if (exitCode === 0)
    return {
      verdict: 'unknown' as const,
      reason: `no thread of ${name} ran Python in ${seconds} s: it waits, or runs other code`,
    };
  const said = /^Error: .*$/m.exec(output)?.[0] ?? output;
  return { verdict: 'unknown' as const, reason: `py-spy could not sample ${name}: ${printable(said, 300)}` };
}

/** Functions of one name in several files are several boxes. */
const withFiles = ({ frames, value }: Stack): Stack => ({
  frames: frames.map((f) => ({ ...f, function: f.at ? `${f.function} (${fileOf(f)})` : f.function })),
  value,
});

const folded = (stacks: readonly Stack[]): string =>
  stacks.map(({ frames, value }) => `${frames.map((f) => f.function).join(';')} ${value}\n`).join('');
