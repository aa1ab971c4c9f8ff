import { expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { nightshift } from '../command-line.ts';
import { asTable, type Printed } from './as-table.ts';

const catalogue = fileURLToPath(new URL('../fixtures/rights/index.ts', import.meta.url));
/** The compiler reads the whole repository. */
const rbac = (...args: string[]) => nightshift(['rbac', '--runbooks', catalogue, ...args]);

test('prints what runbooks need, by identity and place, and no step that they do not come to', async () => {
  const { code, out } = await rbac(
    'in-one-namespace',
    'any-object',
    '-n',
    'shop',
    '--probe-namespace',
    'probes',
  );
  expect(code).toBe(0);
  const documents = parseAllDocuments(out).map((d) => d.toJS() as Printed);
  expect(asTable(documents)).toEqual({
    'ClusterRole nightshift-read': ['list /nodes', 'list /services', 'list discovery.k8s.io/endpointslices'],
    'Role nightshift-read shop': [
      'list /pods',
      'get apps/daemonsets',
      'list apps/replicasets',
      'list batch/jobs',
    ],
    'ClusterRole nightshift-change': ['get,list,patch /nodes'],
    'Role nightshift-change shop': ['get,delete /pods'],
    'Role nightshift-change probes': ['get,list,create,delete /pods'],
  });
  expect(out).toMatch(
    /^# left out: list pods: without it kubernetes\.deletePod goes on, and does not know where/m,
  );
  expect(out).toMatch(/^# left out: .* name the kinds with --object, to get, patch them$/m);
});

test('says where it cannot see which steps are used, which runbooks there are, and how an account is written', async () => {
  expect(await rbac('hidden')).toMatchObject({
    code: 1,
    err: expect.stringMatching(
      /which steps of kubernetes are used at .*index\.ts:\d+ cannot be seen\s+next: name each as kubernetes\.STEP/,
    ),
  });
  expect(await rbac('nowhere')).toMatchObject({
    code: 4,
    err: expect.stringMatching(/there is no runbook "nowhere"\s+next: there are in-one-namespace,/),
  });
  expect(await rbac('hidden', '--read-account', 'nobody')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/write it like ops\/nightshift-read/),
  });
});
