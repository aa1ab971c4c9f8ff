import { expect, test } from '@jest/globals';
import { hosts } from '../../../../activities/hosts/contract.ts';
import { openedFile } from '../../../../activities/hosts/files/opened-file.ts';
import { plainLine } from '../../../../activities/kit/index.ts';
import { answerOf } from '../sample.ts';

const asked = { host: 'worker-3', path: '/var/log/app.log', permission: 'tail' } as const;
const answer = (...lines: string[]) =>
  answerOf(
    [
      'nightshift-host 2',
      'host-time=1795300258.18',
      'boot-id=9b48a7f2-b4ab-4d46-bd15-4d1dea2c915c',
      ...lines,
      'nightshift-end 0',
      '',
    ].join('\n'),
  );

test('a file says what was opened', () => {
  const { file } = openedFile(
    asked,
    answer('opened=/srv/app.log', 'bytes=12', 'mode=640', 'changed=1795300000', 'state=read'),
  );
  expect(file).toMatchObject({
    found: true,
    openedPath: '/srv/app.log',
    bytes: 12,
    mode: '0640',
    changedAt: '2026-11-21T22:26:40.000Z',
  });
});

test('one that is not there is an answer; one that root has not allowed is a refusal that says what to do', () => {
  expect(openedFile(asked, answer('state=not-there')).file).toMatchObject({ found: false, bytes: null });
  for (const [state, kind] of [
    ['not-allowed', 'refused'],
    ['no-file', 'invalid'],
    ['not-readable', 'refused'],
    ['other', 'retryable'],
  ]) {
    expect(() => openedFile(asked, answer(`state=${state}`))).toThrow(expect.objectContaining({ kind }));
  }
  expect(() => openedFile(asked, answer('state=not-allowed'))).toThrow(
    expect.objectContaining({ next: expect.stringContaining('tail FOLDER') }),
  );
});

test('paths with two spellings, or that a listing could misread, are refused before a host is asked', () => {
  for (const path of ['x', '/a/../b', '/a/./b', '/a//b', '/a/', '/a b', '/a\nb', '/$(id)', '/'])
    expect([path, hosts.checksum.contract.input.safeParse({ host: 'a', path }).success]).toEqual([
      path,
      false,
    ]);
  expect(hosts.checksum.contract.input.safeParse({ host: 'a', path: '/etc/a.d/..b/c@1.conf' }).success).toBe(
    true,
  );
});

test('a line that is shown drives no terminal and can be stored', () => {
  expect(plainLine('\u001b[31mred\u0000\u202eevil\tx\ud800')).toBe('�[31mred��evil x�');
});
