import { expect, test } from '@jest/globals';
import { askForStatus, serviceStatusOf } from '../../../../activities/hosts/service-status.ts';
import {
  inBytes,
  inWords,
  isCrashLooping,
  quantity,
  timestamp,
} from '../../../../activities/hosts/systemd/show.ts';
import { callContext } from '../called.ts';
import { ranWith, sample, sampleText } from '../sample.ts';

test('a running service', () => {
  expect(serviceStatusOf('kube-proxy.service', sample('status-running.txt'))).toMatchObject({
    loadState: 'loaded',
    activeState: 'active',
    result: 'success',
    restarts: 0,
    crashLooping: false,
    lastExit: null,
    memory: { maxBytes: 134217728 },
    clockAheadMs: 0,
    dropIns: [],
  });
});

test('a service that the kernel kills again and again', () => {
  expect(serviceStatusOf('kube-proxy.service', sample('status-crash-loop.txt'))).toMatchObject({
    activeState: 'activating',
    subState: 'auto-restart',
    activeSince: null,
    mainPid: null,
    mainStartedAt: '2026-11-21T09:49:08.780Z',
    result: 'signal',
    restarts: 3,
    crashLooping: true,
    lastExit: { how: 'killed', status: 9, at: '2026-11-21T09:49:08.840Z' },
    memory: { maxBytes: 10485760, currentBytes: null, peakBytes: null },
    dropIns: ['/etc/systemd/system/kube-proxy.service.d/90-nightshift.conf'],
  });
});

test.each([
  ['Sat 2026-11-21 09:49:08.780008 UTC', '2026-11-21T09:49:08.780Z'],
  ['Sat 2026-11-21 09:49:08 UTC', '2026-11-21T09:49:08.000Z'],
  ['Sat 2026-11-21 09:49:08 CET', null],
  ['', null],
  ['n/a', null],
])('the time %j is %j', (text, time) => {
  expect(timestamp(text)).toBe(time);
});

test.each([
  ['infinity', null],
  ['[not set]', null],
  ['18446744073709551615', null],
  ['9223372036854771712', null],
  ['0', 0],
  ['20971520', 20971520],
  ['', null],
])('the quantity %j is %j', (text, value) => {
  expect(quantity(text)).toBe(value);
});

test.each([
  ['64M', 67108864],
  ['1G', 1073741824],
  ['100', 100],
  ['3K', 3072],
  ['infinity', null],
  ['2T', 2 * 2 ** 40],
])('the limit %s is %j bytes and back', (limit, bytes) => {
  expect(inBytes(limit)).toBe(bytes);
  expect(inWords(bytes)).toBe(limit);
});

const at = new Date('2026-11-21T10:00:00Z');
test.each([
  ['waits for its next restart', { subState: 'auto-restart', restarts: 0 }, true],
  [
    'is up for a moment after a restart of its own',
    { restarts: 2, mainStartedAt: '2026-11-21T09:59:57Z' },
    true,
  ],
  ['gave up', { subState: 'failed', result: 'start-limit-hit', restarts: 5 }, true],
  [
    'is up for two minutes after restarts of its own',
    { restarts: 2, mainStartedAt: '2026-11-21T09:58:00Z' },
    false,
  ],
  ['was restarted by hand a moment ago', { restarts: 0, mainStartedAt: '2026-11-21T09:59:57Z' }, false],
  ['was never started', { restarts: 0 }, false],
])('a service that %s: crash loop %s', (_what, facts, looping) => {
  const running = { subState: 'running', result: 'success', mainStartedAt: null, ...facts };
  expect(isCrashLooping(running, at)).toBe(looping);
});

test('other distributions: systemd 239 of RHEL 8, 255 of Ubuntu 24, a masked unit of SUSE 15 (written by hand)', () => {
  expect(serviceStatusOf('crond.service', sample('status-rhel-8.by-hand.txt'))).toMatchObject({
    ...{ activeState: 'active', activeSince: '2026-11-20T22:14:03.000Z', mainPid: 1187, restarts: 2 },
    ...{ crashLooping: false, lastExit: null },
    memory: { maxBytes: null, currentBytes: null, peakBytes: null },
  });
  const ubuntu = serviceStatusOf('kube-proxy.service', sample('status-ubuntu-24.by-hand.txt'));
  expect(ubuntu).toMatchObject({
    ...{ result: 'oom-kill', mainPid: null, activeSince: null, crashLooping: true },
    lastExit: { how: 'killed', status: 9, at: '2026-11-21T09:49:44.812Z' },
    memory: { maxBytes: 67_108_864, currentBytes: null },
  });
  expect(ubuntu.dropIns).toHaveLength(2);
  expect(serviceStatusOf('firewalld.service', sample('status-suse-15.by-hand.txt'))).toMatchObject({
    ...{ loadState: 'masked', activeState: 'inactive', activeSince: null, invocationId: null },
    ...{ lastExit: null, crashLooping: false },
  });
});

test('a host with OpenRC is told as one without systemd, and not asked again (Alpine, written by hand)', async () => {
  const ssh = { run: async () => ranWith(sampleText('status-alpine-3.by-hand.txt')), close: () => {} };
  const asked = askForStatus(ssh, { host: 'alpine-1', unit: 'sshd.service' }, callContext());
  await expect(asked).rejects.toMatchObject({
    kind: 'invalid',
    message: 'alpine-1 has no systemd: there is no systemctl on it',
  });
});
