/**
 * Where is the fault? Counting (the blast radius) proposes, experiments decide: the same connection tried from the
 * suspect node and from elsewhere. An experiment that gave no answer decides nothing.
 */
import type { NodeDescription } from '../../activities/kubernetes/contract.ts';
import type { Verdict } from '../../activities/kit/index.ts';
import { suspect, type BlastRadius } from './blast-radius.ts';

/** One connection to the dependency that was tried. */
export interface Experiment {
  /** `node worker-1`, `pod payments/api-x`. */
  readonly from: string;
  readonly verdict: Verdict['verdict'];
  readonly reason: string;
}

export interface Experiments {
  readonly suspectNode?: Experiment | undefined;
  readonly elsewhere: readonly Experiment[];
}

export interface LocateFacts {
  readonly radius: BlastRadius;
  /** The node that the sick share, when there is one. */
  readonly node?: Pick<NodeDescription, 'name' | 'ready'> | undefined;
  readonly experiments: Experiments;
  /** A new revision of the service was rolled out shortly before the first crash. */
  readonly rolledOutJustBefore: boolean;
}

/**
 * - `node`: only the suspect node does not reach the dependency;
 * - `dependency`: nobody who was asked does;
 * - `release`: everybody does, and the sick are exactly the new revision, or everything since a rollout;
 * - `node-not-ready`: the cluster knows already that the node is in trouble;
 * - `unclear`: the facts do not decide.
 */
export interface Location {
  readonly fault: 'node' | 'dependency' | 'release' | 'node-not-ready' | 'unclear';
  readonly because: string;
}

/** Decides where the fault is, or that the facts do not decide. */
export function locate({ radius, node, experiments, rolledOutJustBefore }: LocateFacts): Location {
  const place = suspect(radius, 'node')?.value;
  const here = experiments.suspectNode;
  const answered = experiments.elsewhere.filter((e) => e.verdict !== 'unknown');
  const tried = [...(here && here.verdict !== 'unknown' ? [here] : []), ...answered];
  const others = { reach: all('pass', answered), fail: all('fail', answered) };

  if (place && node && node.ready !== 'True') {
    return {
      fault: 'node-not-ready',
      because: `The sick pods share ${place}, whose Ready condition is ${node.ready}.`,
    };
  }
  if (tried.length > 1 && all('fail', tried)) {
    return {
      fault: 'dependency',
      because: `Nobody reaches the dependency: tried from ${listed(tried)}.`,
    };
  }
  if (place && here?.verdict === 'fail' && others.reach) {
    return {
      fault: 'node',
      because: `From ${place} the dependency cannot be reached, from ${listed(answered)} it can.${tieBroken(radius)}`,
    };
  }
  const release = suspect(radius, 'revision') ?? suspect(radius, 'image');
  const networkIsFine = place
    ? here?.verdict === 'pass' && !others.fail
    : !tried.some((e) => e.verdict === 'fail');
  if (rolledOutJustBefore && networkIsFine && (release || radius.pattern === 'everything is sick')) {
    const who = release
      ? `exactly the pods of ${release.dimension} ${release.value} are sick`
      : 'all pods are sick';
    const network = tried.length > 0 ? `, and the dependency can be reached from ${listed(tried)}` : '';
    return { fault: 'release', because: `A rollout began just before, ${who}${network}.` };
  }
  return { fault: 'unclear', because: whyUnclear({ radius, tried, mute: mutes(experiments) }) };
}

/** A connection does not depend on revision or image: when it fails from one node only, that settles the tie. */
function tieBroken(radius: BlastRadius): string {
  const others = radius.suspects
    .filter((s) => s.dimension !== 'node' && s.dimension !== 'zone')
    .map((s) => `${s.dimension} ${s.value}`);
  return others.length > 0
    ? ` A connection does not depend on ${others.join(' or ')}, which ${others.length === 1 ? 'was' : 'were'} tied with the node.`
    : '';
}

function whyUnclear(f: {
  radius: BlastRadius;
  tried: readonly Experiment[];
  mute: readonly Experiment[];
}): string {
  const { radius, tried, mute } = f;
  const silent = mute[0]
    ? ` The connection from ${mute[0].from} gave no answer (${mute[0].reason}), and no answer decides nothing.`
    : '';
  if (tried.length === 0) return `${radius.summary}${silent || ' There was nothing to try a connection to.'}`;
  if (all('pass', tried)) {
    return `${radius.summary} Everybody who answered reaches the dependency (${listed(tried)}), so that the network does not explain the crashes.${silent}`;
  }
  if (tried.length === 1) {
    return `The only connection that gave an answer, from ${tried[0]!.from}, failed; without a second place it does not say where the fault is.${silent}`;
  }
  return `The connections contradict the pattern: ${tried.map((e) => `${e.from} ${e.verdict}`).join(', ')}. ${radius.summary}${silent}`;
}

const mutes = ({ suspectNode, elsewhere }: Experiments): Experiment[] =>
  [...(suspectNode ? [suspectNode] : []), ...elsewhere].filter((e) => e.verdict === 'unknown');

const all = (verdict: Verdict['verdict'], of: readonly Experiment[]): boolean =>
  of.length > 0 && of.every((e) => e.verdict === verdict);

const listed = (experiments: readonly Experiment[]): string => experiments.map((e) => e.from).join(', ');
