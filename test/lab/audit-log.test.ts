import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { effectiveWrites, openAuditLog } from '../../lab/audit-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'nightshift-audit-'));
const file = join(folder, 'audit.log');
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => writeFileSync(file, ''));

const line = (over: object = {}) =>
  `${JSON.stringify({
    auditID: 'a',
    stage: 'ResponseComplete',
    verb: 'patch',
    requestURI: '/api/v1/nodes/worker',
    user: { username: 'somebody' },
    objectRef: { resource: 'nodes', name: 'worker' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: '2026-11-21T02:47:00.000000Z',
    ...over,
  })}\n`;

test('only what changed something counts as a write', () => {
  writeFileSync(
    file,
    [
      line(),
      line({ requestURI: '/api/v1/nodes/worker?dryRun=All' }),
      line({ responseStatus: { code: 409 } }),
      line({ stage: 'ResponseStarted' }),
      line({ verb: 'get' }),
      line({ user: {}, responseStatus: { code: 401 } }),
    ].join(''),
  );
  expect(effectiveWrites(openAuditLog(file, 'start').requests())).toHaveLength(1);
});

test('writes are counted by who, what and where', () => {
  writeFileSync(
    file,
    line() + line({ verb: 'delete', objectRef: { resource: 'pods', namespace: 'payments', name: 'p' } }),
  );
  const requests = openAuditLog(file, 'start').requests();
  expect(effectiveWrites(requests, { resource: 'pods', namespace: 'payments', verb: 'delete' })).toHaveLength(
    1,
  );
  expect(effectiveWrites(requests, { user: /^some/ })).toHaveLength(2);
  expect(effectiveWrites(requests, { user: 'some' })).toHaveLength(0);
  expect(effectiveWrites(requests, { since: new Date('2026-11-21T02:48:00Z') })).toHaveLength(0);
});

test('a log that is opened at its end tells what comes later, each line once and whole lines only', () => {
  const half = line({ auditID: 'half' });
  writeFileSync(file, line({ auditID: 'before' }) + half.slice(0, 40));
  const log = openAuditLog(file);
  expect(log.requests()).toEqual([]);
  appendFileSync(file, half.slice(40) + line({ auditID: 'after' }));
  expect(log.requests().map(({ id }) => id)).toEqual(['half', 'after']);
  expect(log.requests()).toHaveLength(2);
});
