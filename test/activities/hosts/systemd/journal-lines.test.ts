/** The journal as the systemd of several distributions prints it, from 239 on. */
import { expect, test } from '@jest/globals';
import { problemOf } from '../../../../activities/hosts/kernel/kernel-problems.ts';
import { journalEntries } from '../../../../activities/hosts/systemd/journal-lines.ts';
import { assertHasSystemd } from '../../../../activities/hosts/systemd/no-systemd.ts';
import { oomKillsOf } from '../../../../activities/hosts/systemd/oom-kills.ts';
import { sample } from '../sample.ts';

const entriesOf = (name: string) => journalEntries(sample(name).lines);

test('Debian 12: every line of a node of the lab', () => {
  const entries = entriesOf('journal.txt');
  expect(entries[0]).toMatchObject({
    message: 'Started kube-proxy.service - Kubernetes kube-proxy.',
    fields: { SYSLOG_IDENTIFIER: 'systemd', PRIORITY: '6' },
  });
  expect(entries[0]!.at.toISOString()).toBe('2026-11-21T09:48:14.770Z');
});

test('RHEL 8: spaces around colons, a message that was too large, a kill by the kernel', () => {
  const entries = entriesOf('journal-rhel-8.by-hand.txt');
  expect(entries.map(({ message }) => message.slice(0, 7))).toEqual([
    'Started',
    '',
    'oom-kil',
    'Memory ',
    'kube-pr',
  ]);
  expect(oomKillsOf('kube-proxy.service', sample('journal-rhel-8.by-hand.txt').lines)).toMatchObject([
    { pid: 4711, process: 'kube-proxy', anonRssBytes: 18_432 * 1024 },
  ]);
  expect(problemOf(entries[3]!.message)).toEqual({ kind: 'oom-kill', about: 'kube-proxy' });
});

test('Ubuntu 24: numbered entries, a field that was written twice, an error of a filesystem', () => {
  const entries = entriesOf('journal-ubuntu-24.by-hand.txt');
  expect(entries[0]).toMatchObject({
    message: expect.stringContaining('iptables-restore'),
    fields: { _PID: '4711' },
  });
  expect(entries.map(({ message }) => problemOf(message)?.kind)).toEqual([
    undefined,
    'filesystem',
    undefined,
  ]);
});

test('SUSE 15: bytes that are no UTF-8, and a line of journalctl itself between the entries', () => {
  const entries = entriesOf('journal-suse-15.by-hand.txt');
  expect(entries.map(({ message }) => message)).toEqual([
    'gr\ufffd\ufffder',
    expect.stringMatching(/^BTRFS error/),
  ]);
  expect(problemOf(entries[1]!.message)).toEqual({ kind: 'filesystem', about: 'device sda2' });
});

test('Alpine 3: there is no journal, and trying again does not help', () => {
  expect(() => assertHasSystemd(sample('journal-alpine-3.by-hand.txt'), 'journalctl')).toThrow(
    /has no systemd: there is no journalctl on it/,
  );
});
