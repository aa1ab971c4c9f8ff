import { expect, test } from '@jest/globals';
import { socketLines } from '../../../../activities/hosts/sockets/socket-lines.ts';
import { sample } from '../sample.ts';

test('a node of the lab: who listens, and the connections with the API server', () => {
  const { states, listening, connections, matched } = socketLines(sample('sockets-debian-12.txt').lines);
  expect(states.map(({ state }) => state)).toEqual(expect.arrayContaining(['ESTAB', 'LISTEN']));
  expect(listening).toContainEqual({
    protocol: 'tcp',
    address: '127.0.0.1',
    port: 10249,
    queued: 0,
    backlog: 4096,
    owner: { name: 'kube-proxy', pid: 123 },
  });
  expect(listening.find(({ address }) => address === '::')).toMatchObject({ port: 22 });
  expect(connections.map(({ owner }) => owner?.name).sort()).toEqual(['kube-proxy', 'kubelet']);
  expect(matched).toBe(2);
});

test('a full listen queue, and connections that the program does not close', () => {
  const found = socketLines(sample('sockets-rhel-8.by-hand.txt').lines);
  expect(found.states[0]).toEqual({ state: 'CLOSE-WAIT', count: 230 });
  expect(found.listening[0]).toMatchObject({ port: 8080, queued: 129, backlog: 128, owner: { pid: 4711 } });
  expect(found.listening[1]).toMatchObject({ address: '::ffff:127.0.0.1', owner: null });
  expect(found.listening[2]).toMatchObject({ protocol: 'udp', port: 53, backlog: null });
  expect([found.connections.length, found.matched, found.udp]).toEqual([2, 230, 2]);
  expect(found.connections[1]).toMatchObject({ state: 'SYN-SENT', sendQueue: 1, owner: null });
});

test('Alpine: the same columns', () => {
  const { listening } = socketLines(sample('sockets-alpine-3.by-hand.txt').lines);
  expect(listening).toMatchObject([{ address: '*', port: 80, owner: { name: 'nginx', pid: 7 } }]);
});

test('Ubuntu: addresses that are of one interface', () => {
  const { listening, udp } = socketLines(sample('sockets-ubuntu-24.by-hand.txt').lines);
  expect(listening.map(({ address, port }) => `${address} ${port}`)).toEqual([
    '127.0.0.53%lo 53',
    'fe80::5054:ff:fe12:3456%ens3 546',
    '* 22',
  ]);
  expect(udp).toBe(3);
});

test('SUSE: all addresses without brackets', () => {
  const { listening, connections, states } = socketLines(sample('sockets-suse-15.by-hand.txt').lines);
  expect(listening[0]).toMatchObject({ address: '::', port: 22, owner: { name: 'sshd', pid: 1412 } });
  expect(connections).toMatchObject([{ peer: '[2001:db8::9]:50122', sendQueue: 64, owner: { pid: 2211 } }]);
  expect(states).toContainEqual({ state: 'SYN-RECV', count: 1 });
});
