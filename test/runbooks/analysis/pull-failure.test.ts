import { expect, test } from '@jest/globals';
import type { Pod } from '../../../activities/kubernetes/contract.ts';
import { imageName, pullFailures, pullFault } from '../../../runbooks/analysis/pull-failure.ts';
import { pod, sick } from '../pod.ts';

const IMAGE = 'ghcr.io/acme/shop:2';

const waiting = (
  name: string,
  o: { image?: string; node?: string; waiting?: string; said?: string } = {},
): Pod => {
  const { image = IMAGE, node = 'w1', said = '' } = o;
  const made = sick(name, { image, node });
  const [container] = made.containers;
  return {
    ...made,
    containers: [{ ...container!, waiting: o.waiting ?? 'ImagePullBackOff', waitingMessage: said }],
  };
};
const failures = (...pods: Pod[]) => pullFailures(pods, []);

// The kubelet's words, as containerd and CRI-O have them.
test.each([
  ['not-there', 'failed to resolve reference "ghcr.io/acme/shop:2": ghcr.io/acme/shop:2: not found'],
  ['not-there', 'reading manifest 2 in ghcr.io/acme/shop: manifest unknown'],
  ['not-there', 'Container image "ghcr.io/acme/shop:2" is not present with pull policy of Never'],
  ['not-allowed', 'failed to authorize: failed to fetch anonymous token: 401 Unauthorized'],
  ['not-allowed', 'pull access denied, repository does not exist or may require authorization'],
  ['rate-limited', '429 Too Many Requests - toomanyrequests: You have reached your pull rate limit'],
  ['unreachable', 'dial tcp: lookup ghcr.io on 10.96.0.10:53: no such host'],
  ['unreachable', 'failed to do request: Head "https://ghcr.io/v2/": net/http: TLS handshake timeout'],
  ['unreachable', 'tls: failed to verify certificate: x509: certificate signed by unknown authority'],
  ['platform', 'no match for platform in manifest: not found'],
  ['disk', 'write /var/lib/containerd/tmp: no space left on device'],
  ['bad-name', "couldn't parse image name: invalid reference format"],
  ['unknown', 'Back-off pulling image "ghcr.io/acme/shop:2"'],
])('%s: %s', (reason, said) => {
  expect(failures(waiting('a', { said }))).toMatchObject([{ reason, image: IMAGE }]);
});

test('what a back-off hides, the events of that very pod tell', () => {
  const a = waiting('a', { said: `Back-off pulling image "${IMAGE}"` });
  const told = (uid: string, message: string) => ({ object: { uid }, message });
  const events = [
    told('another', `Failed to pull image "${IMAGE}": 401 Unauthorized`),
    told(a.uid, `Failed to pull image "${IMAGE}": not found`),
  ];
  expect(pullFailures([a], events)).toMatchObject([{ reason: 'not-there' }]);
});

test('a pod that crashes, one that starts, one that is being deleted: none waits for an image', () => {
  expect(
    failures(sick('a'), pod('b', { condition: 'starting' }), { ...waiting('c'), condition: 'terminating' }),
  ).toEqual([]);
});

test.each([
  ['shop', { registry: 'docker.io', repository: 'shop', version: 'latest' }],
  ['acme/shop:2', { registry: 'docker.io', repository: 'acme/shop', version: '2' }],
  ['localhost:5000/shop:2', { registry: 'localhost:5000', repository: 'shop', version: '2' }],
  ['ghcr.io/acme/shop@sha256:ab', { registry: 'ghcr.io', repository: 'acme/shop', version: 'sha256:ab' }],
])('the name %s', (image, parts) => {
  expect(imageName(image)).toEqual(parts);
});

const NOT_THERE = { said: 'not found' };
const DENIED = { said: '401 Unauthorized' };
const DOWN = { said: 'dial tcp: i/o timeout' };
test.each<[string, Pod[], Pod[], string | undefined, string, RegExp]>([
  [
    'a tag that nobody built',
    [waiting('a', NOT_THERE)],
    [],
    'ghcr.io/acme/shop:1',
    'release',
    /no such image.*asks for ghcr.io\/acme\/shop:1/,
  ],
  [
    'it was there and is no more',
    [waiting('a', NOT_THERE)],
    [],
    IMAGE,
    'undecided',
    /was there, and is no more/,
  ],
  ['the first revision', [waiting('a', NOT_THERE)], [], undefined, 'undecided', /no revision before/],
  [
    'the same image runs on another node',
    [waiting('a', NOT_THERE)],
    [pod('b', { image: IMAGE, node: 'w2' })],
    'ghcr.io/acme/shop:1',
    'node',
    /runs on w2.*w1 that cannot/,
  ],
  [
    'it runs on the same node: said once, pulled never again',
    [waiting('a', NOT_THERE)],
    [pod('b', { image: IMAGE, node: 'w1' })],
    'ghcr.io/acme/shop:1',
    'release',
    /no such image/,
  ],
  [
    'a disk that is full',
    [waiting('a', { said: 'no space left on device' })],
    [],
    'ghcr.io/acme/shop:1',
    'node',
    /w1 that cannot/,
  ],
  [
    'the registry is down: the old image is not to be had either',
    [waiting('a', DOWN)],
    [],
    'ghcr.io/acme/shop:1',
    'registry',
    /pulls from ghcr.io too/,
  ],
  [
    'another registry, whose name is wrong',
    [waiting('a', DOWN)],
    [],
    'quay.io/acme/shop:1',
    'release',
    /not reached/,
  ],
  [
    'the same repository, not allowed any more',
    [waiting('a', DENIED)],
    [],
    'ghcr.io/acme/shop:1',
    'credentials',
    /credentials are over/,
  ],
  [
    'another repository, not allowed',
    [waiting('a', DENIED)],
    [],
    'ghcr.io/acme/other:1',
    'release',
    /does not let/,
  ],
  [
    'a limit on pulls',
    [waiting('a', { said: 'toomanyrequests' })],
    [],
    'quay.io/acme/shop:1',
    'registry',
    /Another image would be refused/,
  ],
  ['no reason is given', [waiting('a')], [], 'ghcr.io/acme/shop:1', 'undecided', /does not say why/],
])('%s', (_, sickPods, others, before, fault, because) => {
  const judged = pullFault({ failures: failures(...sickPods), pods: [...sickPods, ...others], before });
  expect(judged).toEqual({ fault, because: expect.stringMatching(because) });
});
