import { implementChange, StepFailure } from '../../kit/index.ts';
import { getThroughPort, type HttpAnswer } from '../client/get-through-port.ts';
import { printable } from '../client/failure.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { livePod } from '../pods/live-pod.ts';
import { flameGraph } from './flame-graph.ts';
import { readPprof, type Stacks } from './pprof.ts';
import { isOfGo, ownCode, topFrames, totalOf, waitsForConnection } from './top-frames.ts';

const MOST = 4 * 1024 * 1024;
/** What connecting and answering may take beside the measurement itself. */
const AROUND_MS = 20_000;

const NOTHING = { unit: '', total: 0, ownCode: [], top: [], artefacts: [] };
/** Why a profile of this kind can be empty. */
const EMPTY: Readonly<Record<string, string>> = {
  cpu: 'it used no CPU meanwhile',
  mutex: 'nobody waited for a lock, or the program does not record it (runtime.SetMutexProfileFraction)',
  block: 'nothing waited, or the program does not record it (runtime.SetBlockProfileRate)',
};

export const profileGo = ({ api }: KubernetesClient) =>
  implementChange(kubernetes.profileGo, {
    async plan({ pod: ref, port, kind }, context) {
      const pod = await livePod(api, ref, context);
      const path = `pod/${ref.namespace}/${ref.name}`;
      return {
        diff: [{ path, before: null, after: { profile: kind, port } }],
        preconditions: { uid: pod.metadata?.uid ?? '' },
        preimage: {},
        dryRun: 'none',
        warnings: ['Sampling costs the program a few percent for as long as it lasts'],
      };
    },

    async apply({ pod: ref, port, kind, seconds }, { uid }, context) {
      const { namespace, name } = ref;
      await livePod(api, { namespace, name, uid }, context);
      const ends = Math.min(context.deadline.getTime(), Date.now() + seconds * 1_000 + AROUND_MS);
      const limits = { signal: context.signal, deadline: new Date(ends) };
      const where = `port ${port} of ${name}`;
      const no = (verdict: 'fail' | 'unknown', reason: string) => ({
        outcome: 'applied' as const,
        output: { verdict, reason, ...NOTHING },
      });
      let got: HttpAnswer;
      try {
        got = await getThroughPort(
          api,
          { namespace, pod: name, port, path: pathOf(kind, seconds), limitBytes: MOST },
          limits,
        );
      } catch (error) {
        // The pod refused, which is an answer; a 403 of the API server names no port.
        if (!(error instanceof StepFailure) || error.kind !== 'refused' || !('port' in error.facts))
          throw error;
        return no('fail', `nothing listens on ${where}`);
      }
      if (got.status !== 200) {
        return no(
          'fail',
          `${where} has no ${kind} profile: HTTP ${got.status}; is net/http/pprof served there?`,
        );
      }
      if (got.cut) return no('fail', `the profile at ${where} is larger than ${MOST} bytes`);
      const read = profileIn(got.body);
      if (typeof read === 'string') return no('fail', `${where} answers with no profile: ${read}`);
      const { unit, stacks } = read;
      if (stacks.length === 0)
        return no('unknown', `the ${kind} profile of ${name} is empty: ${EMPTY[kind] ?? 'no samples'}`);
      const goroutines = kind === 'goroutine';
      const own = ownCode(stacks, isOfGo, goroutines ? waitsForConnection : undefined);
      const [first] = own.length > 0 ? own : topFrames(stacks);
      const title = `${kind} profile of ${namespace}/${name}`;
      const svg = Buffer.from(flameGraph(stacks, { title, unit }));
      const file = `${kind}-of-${name}`.slice(0, 90);
      const artefacts = [
        await context.keep({ name: `${file}.svg`, mediaType: 'image/svg+xml', content: svg }),
        await context.keep({
          name: `${file}.pb.gz`,
          mediaType: 'application/octet-stream',
          content: got.body,
        }),
      ].filter((kept) => kept !== undefined);
      return {
        outcome: 'applied' as const,
        output: {
          verdict: 'pass' as const,
          reason: `${Math.round(first!.share * 100)}% of ${kind} is ${first!.function}${first!.at && ` (${first!.at})`}`,
          ...{ unit, total: totalOf(stacks), ownCode: own, top: topFrames(stacks), artefacts },
          ...(goroutines && { waiting: totalOf(stacks.filter(waitsForConnection)) }),
        },
      };
    },

    // A measurement that was not heard of is made again, which harms nobody.
    probe: async () => ({ state: 'not-applied' }),
  });

/** With `seconds` a mutex or block profile is what was added meanwhile. */
const pathOf = (kind: string, seconds: number): string => {
  if (kind === 'cpu') return `/debug/pprof/profile?seconds=${seconds}`;
  return `/debug/pprof/${kind}${kind === 'mutex' || kind === 'block' ? `?seconds=${seconds}` : ''}`;
};

/** The stacks, or why there are none. */
function profileIn(body: Buffer): Stacks | string {
  try {
    return readPprof(body);
  } catch (error) {
    return printable(error instanceof Error ? error.message : String(error), 200);
  }
}
