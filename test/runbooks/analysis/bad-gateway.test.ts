import { expect, test } from '@jest/globals';
import {
  COMPLAINTS,
  sidecarOf,
  whyBadGateway,
  type Complaint,
} from '../../../runbooks/analysis/bad-gateway.ts';

const complaintsIn = (line: string) =>
  (Object.keys(COMPLAINTS) as Complaint[]).filter((kind) => new RegExp(COMPLAINTS[kind]).test(line));

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
  expect(sidecarOf({ containers: [container('istio-init', 'init'), container('app')] })).toBeUndefined();
  expect(sidecarOf({ containers: [container('nginx')] })).toBeUndefined();
});

test('the container behind it comes before the proxy itself, and both after a crash', () => {
  const said = { timeout: 3, refused: 0, reset: 0 };
  const cpu = [
    { pod: 'a', container: 'proxy', throttled: 0.9, cores: null },
    { pod: 'a', container: 'app', throttled: 0.5, cores: null },
  ];
  const judged = whyBadGateway({ sidecar: 'proxy', said, crashed: [], cpu });
  expect(judged).toMatchObject({ why: 'throttled', throttled: { container: 'app' } });
  expect(whyBadGateway({ sidecar: 'proxy', said, crashed: [], cpu: cpu.slice(0, 1) }).words).toMatch(
    /stops proxy itself in up to 90 %/,
  );
  expect(whyBadGateway({ sidecar: 'proxy', said, crashed: ['app ended'], cpu }).why).toBe('crashes');
});
