import { expect, test } from '@jest/globals';
import {
  COMPLAINTS,
  sidecarOf,
  whyBadGateway,
  type Complaint,
} from '../../../runbooks/analysis/bad-gateway.ts';

const complaintsIn = (line: string) =>
  (Object.keys(COMPLAINTS) as Complaint[]).filter((kind) => new RegExp(COMPLAINTS[kind], 'u').test(line));

test('lines of proxies are told apart by what they complain of', () => {
  const lines: [string, Complaint][] = [
    ['"GET / HTTP/1.1" 504 UT response_timeout - "-" 0 24 15000 -', 'timeout'],
    ['upstream timed out (110: Connection timed out) while reading response header', 'timeout'],
    ['"GET / HTTP/1.1" 503 UF upstream_reset_before_response_started{delayed_connect_error:_111}', 'refused'],
    ['connect() failed (111: Connection refused) while connecting to upstream', 'refused'],
    ['upstream prematurely closed connection while reading response header', 'reset'],
    [
      'upstream connect error or disconnect/reset before headers. reset reason: connection termination',
      'reset',
    ],
  ];
  for (const [line, kind] of lines) expect([line, complaintsIn(line)]).toEqual([line, [kind]]);
  expect(complaintsIn('"GET / HTTP/1.1" 503 UF - "-" 0 9 10 - "-" inbound|8080|| 10.0.0.1:0')).toEqual([
    'refused',
  ]);
  expect(complaintsIn('"GET / HTTP/1.1" 503 UF - "-" 0 9 10 - "-" outbound|80||pay.shop.svc -')).toEqual([]);
  expect(complaintsIn('"- - -" 0 UF - "-" 0 9 10 - "-" PassthroughCluster 10.9.0.1:0')).toEqual([]);
  expect(complaintsIn('"GET / HTTP/1.1" 200 - via_upstream - "-" 0 24 15')).toEqual([]);
});

const container = (name: string, kind: 'init' | 'sidecar' | 'main' = 'main') => ({ name, kind });

test('the proxy of a pod is known by its name, as a native sidecar and as a plain container', () => {
  expect(sidecarOf({ containers: [container('app'), container('istio-proxy', 'sidecar')] })).toEqual({
    sidecar: 'istio-proxy',
    behind: ['app'],
  });
  expect(sidecarOf({ containers: [container('envoy-front'), container('app')] })?.sidecar).toBe(
    'envoy-front',
  );
  const helped = [container('app'), container('fluent-bit'), container('istio-proxy')];
  expect(sidecarOf({ containers: helped })?.behind).toEqual(['app']);
  expect(sidecarOf({ containers: helped.slice(1) })?.behind).toEqual(['fluent-bit']);
  expect(sidecarOf({ containers: [container('istio-init', 'init'), container('app')] })).toBeUndefined();
  expect(sidecarOf({ containers: [container('nginx')] })).toBeUndefined();
});

test('the container behind it comes before the proxy itself, and both after a crash', () => {
  const said = { timeout: 3, refused: 0, reset: 0 };
  const cpu = [
    { pod: 'a', container: 'proxy', throttled: 0.9, cores: null },
    { pod: 'a', container: 'app', throttled: 0.5, cores: null },
  ];
  const pair = { sidecar: 'proxy', behind: ['app'] };
  const judged = whyBadGateway({ ...pair, said, crashed: [], cpu });
  expect(judged).toMatchObject({ why: 'throttled', throttled: { container: 'app' } });
  expect(whyBadGateway({ ...pair, said, crashed: [], cpu: cpu.slice(0, 1) }).words).toMatch(
    /stops proxy itself in up to 90 %/,
  );
  expect(whyBadGateway({ ...pair, said, crashed: ['app ended'], cpu }).why).toBe('crashes');
});

test('what the proxy says most often counts, not a line among thousands', () => {
  const why = (said: Record<Complaint, number>, throttled = 0) =>
    whyBadGateway({
      ...{ sidecar: 'proxy', behind: ['app'], said, crashed: [] },
      cpu: [{ pod: 'a', container: 'app', throttled, cores: null }],
    }).why;
  expect(why({ timeout: 5_000, refused: 1, reset: 0 }, 0.95)).toBe('throttled');
  expect(why({ timeout: 5_000, refused: 1, reset: 3 })).toBe('slow');
  expect(why({ timeout: 1, refused: 1, reset: 30 })).toBe('closes-first');
  expect(why({ timeout: 9, refused: 9, reset: 9 }, 0.95)).toBe('not-listening');
  expect(why({ timeout: 9, refused: 0, reset: 9 })).toBe('closes-first');
  expect(why({ timeout: 0, refused: 0, reset: 0 })).toBe('nothing');
});

test('a container that is not behind the proxy is not what makes it wait', () => {
  const cpu = [{ pod: 'a', container: 'fluent-bit', throttled: 0.9, cores: null }];
  const said = { timeout: 3, refused: 0, reset: 0 };
  expect(whyBadGateway({ sidecar: 'proxy', behind: ['app'], said, crashed: [], cpu }).why).toBe('slow');
});
