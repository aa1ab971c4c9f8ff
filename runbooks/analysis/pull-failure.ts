/**
 * Why can an image not be pulled, and is it the release that asks for the wrong one? The kubelet's words name the reason;
 * what the release changed of the image's name tells whether going back would help. A registry that is down, a limit on
 * pulls and credentials that are over hit the old image as well, and no roll-back mends them.
 */
import type { Container, Pod } from '../../activities/kubernetes/contract.ts';

const WAITING = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
]);

export const PULL_REASONS = {
  'bad-name': /InvalidImageName|couldn't parse image|invalid reference format/i,
  disk: /no space left on device/i,
  'rate-limited': /toomanyrequests|too many requests|rate limit/i,
  'not-allowed': /unauthorized|authentication required|access denied|denied:|403 Forbidden|no basic auth/i,
  platform: /no match for platform|no matching manifest/i,
  'not-there': /ErrImageNeverPull|not present with pull policy|not found|manifest unknown|name unknown/i,
  unreachable:
    /no such host|dial tcp|i\/o timeout|connection refused|TLS handshake|x509|deadline exceeded|\bEOF\b|50[0-9] /i,
} as const;
export type PullReason = keyof typeof PULL_REASONS | 'unknown';

const IN_WORDS: Readonly<Record<PullReason, string>> = {
  'bad-name': 'its name is not that of an image',
  disk: 'the disk of the node is full',
  'rate-limited': 'the registry limits how often it is pulled',
  'not-allowed': 'the registry does not let it be pulled',
  platform: "there is none for the node's kind of processor",
  'not-there': 'there is no such image',
  unreachable: 'the registry is not reached',
  unknown: 'the kubelet does not say why',
};

/** One container that waits for its image. */
export interface PullFailure {
  readonly pod: Pod;
  readonly container: string;
  readonly image: string;
  readonly reason: PullReason;
  /** What the kubelet said. */
  readonly said: string;
}

/** `events`: warnings of these pods; the kubelet says there what a back-off hides. */
export function pullFailures(
  pods: readonly Pod[],
  events: readonly { readonly object: { readonly uid?: string | undefined }; readonly message: string }[],
): PullFailure[] {
  return pods.flatMap((pod) =>
    pod.condition === 'terminating' ? [] : pod.containers.filter(waits).map((c) => failureOf(pod, c, events)),
  );
}

const waits = ({ waiting }: Container): boolean => WAITING.has(waiting ?? '');

function failureOf(pod: Pod, container: Container, events: Parameters<typeof pullFailures>[1]): PullFailure {
  const { name, image, waiting = '', waitingMessage = '' } = container;
  const told = events
    .filter((e) => e.object.uid === pod.uid && e.message.includes(image))
    .map((e) => e.message);
  const all = [waiting, waitingMessage, ...told];
  // The newest words first: an image that was not there and then could not be reached has a new trouble.
  const words = [`${waiting} ${waitingMessage}`, ...told.reverse()];
  const reasons = Object.entries(PULL_REASONS) as [PullReason, RegExp][];
  const reason =
    words.flatMap((w) => reasons.find(([, pattern]) => pattern.test(w))?.[0] ?? [])[0] ?? 'unknown';
  const said = all.filter((w) => w.includes(' ')).sort((a, b) => b.length - a.length)[0] ?? waiting;
  return { pod, container: name, image, reason, said: said.slice(0, 300) };
}

export interface ImageName {
  readonly registry: string;
  readonly repository: string;
  /** The tag or digest. */
  readonly version: string;
}

/** As the runtime reads it: without a registry it is docker.io's, without a tag it is `latest`. */
export function imageName(image: string): ImageName {
  const [path = '', digest] = image.split('@');
  const slash = path.indexOf('/');
  const first = path.slice(0, Math.max(0, slash));
  const hasRegistry = /[.:]/.test(first) || first === 'localhost';
  const rest = hasRegistry ? path.slice(slash + 1) : path;
  const colon = rest.lastIndexOf(':');
  return {
    registry: hasRegistry ? first : 'docker.io',
    repository: colon < 0 ? rest : rest.slice(0, colon),
    version: digest ?? (colon < 0 ? 'latest' : rest.slice(colon + 1)),
  };
}

export interface PullFault {
  /** `release`: the present revision asks for an image that the one before did not. */
  readonly fault: 'release' | 'registry' | 'credentials' | 'node' | 'undecided';
  readonly because: string;
}

/** Judges the failures of one workload. `before`: the image of the same container in the revision before it. */
export function pullFault(o: {
  readonly failures: readonly PullFailure[];
  /** All pods of the namespace. */
  readonly pods: readonly Pod[];
  readonly before: string | undefined;
}): PullFault {
  const { failures, pods, before } = o;
  const [first] = failures;
  if (!first) return { fault: 'undecided', because: 'No container waits for an image.' };
  const { image, reason } = first;
  const why = `${image}: ${IN_WORDS[reason]} ("${first.said}").`;
  const runsOn = [
    ...new Set(
      pods.flatMap((p) => (p.ready && p.containers.some((c) => c.image === image) ? (p.node ?? []) : [])),
    ),
  ];
  const failsOn = [...new Set(failures.flatMap((f) => f.pod.node ?? []))];
  if (reason === 'disk' || runsOn.some((n) => !failsOn.includes(n))) {
    const elsewhere = runsOn.length > 0 ? ` The same image runs on ${runsOn.join(', ')}.` : '';
    return { fault: 'node', because: `${why}${elsewhere} It is ${failsOn.join(', ')} that cannot pull it.` };
  }
  if (reason === 'rate-limited')
    return { fault: 'registry', because: `${why} Another image would be refused as well.` };
  if (before === undefined)
    return { fault: 'undecided', because: `${why} There is no revision before to compare with.` };
  if (before === image) {
    return {
      fault: 'undecided',
      because: `${why} The revision before asks for the same image: it was there, and is no more.`,
    };
  }
  const [was, is] = [imageName(before), imageName(image)];
  if (reason === 'unreachable' && was.registry === is.registry) {
    return { fault: 'registry', because: `${why} The revision before pulls from ${is.registry} too.` };
  }
  if (reason === 'not-allowed' && was.registry === is.registry && was.repository === is.repository) {
    return {
      fault: 'credentials',
      because: `${why} The revision before pulls from ${is.registry}/${is.repository} too: the credentials are over, or were taken away.`,
    };
  }
  if (reason === 'unknown') return { fault: 'undecided', because: why };
  return { fault: 'release', because: `${why} The revision before asks for ${before}.` };
}
