import { expect, test } from '@jest/globals';
import type { ServiceStatus } from '../../../activities/hosts/contract.ts';
import {
  KUBELET_PATTERNS,
  kubeletDiagnosis,
  stoppedOnPurpose,
  type KubeletFacts,
} from '../../../runbooks/analysis/kubelet-diagnosis.ts';
import { journalWith, serviceRunning } from '../service-status.ts';

const facts = (
  o: {
    kubelet?: Partial<ServiceStatus>;
    runtime?: Partial<ServiceStatus>;
    said?: Partial<Record<keyof typeof KUBELET_PATTERNS, number>>;
    lastLine?: number;
    lease?: number | null;
    bootID?: string;
  } = {},
): KubeletFacts => ({
  kubelet: serviceRunning('kubelet.service', o.kubelet),
  runtime: serviceRunning('containerd.service', o.runtime),
  journal: journalWith(KUBELET_PATTERNS, o.said ?? {}, { lastLine: o.lastLine ?? 5 }),
  leaseAgeSeconds: o.lease === undefined ? 120 : o.lease,
  bootID: o.bootID ?? 'boot',
});
const stopped = { activeState: 'inactive', subState: 'dead' };
const killed = {
  activeState: 'failed',
  result: 'signal',
  lastExit: { how: 'killed' as const, status: 9, at: null },
};
const looping = { activeState: 'activating', crashLooping: true, restarts: 31 };

test.each<[string, KubeletFacts, string, string | undefined, RegExp]>([
  [
    'it was told to stop',
    facts({ kubelet: stopped, said: { stopped: 40 } }),
    'kubelet-stopped',
    'kubelet.service',
    /told to stop/,
  ],
  [
    'it was killed and not restarted',
    facts({ kubelet: killed }),
    'kubelet-stopped',
    'kubelet.service',
    /killed with signal 9/,
  ],
  ['it ends again and again', facts({ kubelet: looping }), 'kubelet-crashes', undefined, /31 restarts/],
  [
    'it ends because its certificate is over',
    facts({ kubelet: looping, said: { certificate: 10 } }),
    'certificate',
    undefined,
    /not valid/,
  ],
  [
    'the runtime under it is down, and it complains of that',
    facts({ runtime: stopped, said: { runtime: 5 } }),
    'runtime-stopped',
    'containerd.service',
    /containerd.service on w3 is inactive/,
  ],
  [
    'it is down with its runtime: the runtime comes first',
    facts({ kubelet: stopped, runtime: stopped }),
    'runtime-stopped',
    'containerd.service',
    /containerd/,
  ],
  [
    'the runtime hangs',
    facts({ said: { runtime: 5 } }),
    'runtime-hangs',
    'containerd.service',
    /does not answer/,
  ],
  ['the disk is full', facts({ said: { disk: 20, api: 20 } }), 'disk', undefined, /is full/],
  ['the API is not reached', facts({ said: { api: 20 } }), 'api-unreachable', undefined, /does not reach/],
  [
    'the API was not reached a while ago: that is over',
    facts({ said: { api: 900 } }),
    'unclear',
    undefined,
    /nothing that explains/,
  ],
  [
    'it runs and is silent',
    facts({ lastLine: 600, lease: 300 }),
    'kubelet-hangs',
    'kubelet.service',
    /for 300 s/,
  ],
  [
    'it runs, reports late, and writes',
    facts({ lastLine: 2, lease: 300 }),
    'unclear',
    undefined,
    /nothing that explains/,
  ],
  [
    'there is no such unit',
    facts({ kubelet: { loadState: 'not-found' } }),
    'unclear',
    undefined,
    /has no kubelet.service/,
  ],
  [
    'the runtime is another, which is none of its business',
    facts({ kubelet: stopped, runtime: { loadState: 'not-found', activeState: 'inactive' } }),
    'kubelet-stopped',
    'kubelet.service',
    /is inactive/,
  ],
])('%s', (_, seen, cause, restart, statement) => {
  const found = kubeletDiagnosis(seen);
  expect(found).toMatchObject({ cause, statement: expect.stringMatching(statement) });
  expect(found.restart).toBe(restart);
  expect(found.next === undefined).toBe(restart !== undefined);
});

test('on purpose is: it was told to stop, and stopped; a kill is not', () => {
  expect(stoppedOnPurpose(facts({ kubelet: stopped, said: { stopped: 40 } }))).toBe(true);
  expect(stoppedOnPurpose(facts({ kubelet: killed, said: { stopped: 40 } }))).toBe(false);
  expect(stoppedOnPurpose(facts({ kubelet: stopped }))).toBe(false);
});

test('a reboot and a wrong clock are in the evidence', () => {
  const { evidence } = kubeletDiagnosis(facts({ kubelet: { bootId: 'other', clockAheadMs: 300_000 } }));
  expect(evidence).toContain('the host has been rebooted since it last reported');
  expect(evidence).toContain('its clock is 300 s ahead');
});
