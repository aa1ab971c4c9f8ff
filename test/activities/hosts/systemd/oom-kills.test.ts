import { expect, test } from '@jest/globals';
import { journalEntries } from '../../../../activities/hosts/systemd/journal-lines.ts';
import { oomKillsOf } from '../../../../activities/hosts/systemd/oom-kills.ts';
import { sample } from '../sample.ts';

const { lines } = sample('oom-kills.txt');
const kernel = lines.filter((line) => !line.includes('"UNIT"'));
const exits = lines.filter((line) => line.includes('"UNIT"'));

test('four kills, oldest first, with what the process held', () => {
  const kills = oomKillsOf('kube-proxy.service', lines);
  expect(kills.map(({ pid }) => pid)).toEqual([14593, 14790, 15101, 15400]);
  expect(kills[0]).toEqual({
    at: '2026-11-21T09:48:53.161Z',
    process: 'kube-proxy',
    pid: 14593,
    unit: 'kube-proxy.service',
    anonRssBytes: 9728 * 1024,
  });
});

test('a kill that no exit of the unit confirms belongs to another host of the same kernel', () => {
  expect(exits).toHaveLength(4);
  expect(oomKillsOf('kube-proxy.service', kernel)).toEqual([]);
  expect(oomKillsOf('kube-proxy.service', [...kernel, exits[2]!]).map(({ pid }) => pid)).toEqual([15101]);
});

test('an exit that was no kill confirms nothing', () => {
  const gentle = exits.map((line) => line.replace('"EXIT_CODE":"killed"', '"EXIT_CODE":"exited"'));
  expect(oomKillsOf('kube-proxy.service', [...kernel, ...gentle])).toEqual([]);
});

test('another unit, also one whose name begins alike, has no part in it', () => {
  expect(oomKillsOf('kubelet.service', lines)).toEqual([]);
  expect(oomKillsOf('proxy.service', lines)).toEqual([]);
});

test('a line that was logged as bytes, in several values or cut off', () => {
  const time = '"__REALTIME_TIMESTAMP":"1795254533161105"';
  const messages = journalEntries([
    `{${time},"MESSAGE":[104,105,255]}`,
    `{${time},"MESSAGE":["first","second"]}`,
    `{${time},"MESSAGE":null}`,
    `{${time},"MESS`,
    '-- No entries --',
  ]).map(({ message }) => message);
  expect(messages).toEqual(['hi\ufffd', 'first', '']);
});
