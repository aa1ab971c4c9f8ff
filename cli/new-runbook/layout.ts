/** How a repository of runbooks is laid out: a team's own, or that of nightshift itself. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';

export interface Layout {
  readonly catalogue: string;
  readonly runbook: (id: string) => string;
  readonly test: (id: string) => string;
  /** What the runbook imports these from, and its test. */
  readonly imports: Readonly<Record<Imported, { readonly runbook: string; readonly test: string }>>;
  /** The test is a jest test, or a scenario that others play. */
  readonly tests: 'jest' | 'scenario';
}
type Imported = 'nightshift' | 'kubernetes' | 'prometheus' | 'testing';

const both = (address: string) => ({ runbook: address, test: address });
const TEAM: Layout = {
  catalogue: 'runbooks/index.ts',
  runbook: (id) => `runbooks/${id}.ts`,
  test: (id) => `test/runbooks/${id}.test.ts`,
  imports: {
    nightshift: both('nightshift'),
    kubernetes: both('nightshift/kubernetes'),
    prometheus: both('nightshift/prometheus'),
    testing: both('nightshift/testing'),
  },
  tests: 'jest',
};

const beside = (path: string) => ({ runbook: `../${path}`, test: `../../../${path}` });
const OURS: Layout = {
  ...TEAM,
  test: (id) => `test/runbooks/scenarios/${id}.ts`,
  imports: {
    nightshift: beside('workflows/index.ts'),
    kubernetes: beside('activities/kubernetes/contract.ts'),
    prometheus: beside('activities/prometheus/contract.ts'),
    testing: beside('testing/index.ts'),
  },
  tests: 'scenario',
};

/** Throws a CliFailure where there is no catalogue. */
export function layoutOf(folder: string): Layout {
  if (!existsSync(join(folder, TEAM.catalogue))) {
    throw new CliFailure(EXIT.notFound, `there is no ${TEAM.catalogue} in ${folder}`, {
      next: 'go to your repository of runbooks; "nightshift init our-runbooks" makes one',
    });
  }
  return nameOf(folder) === 'nightshift' ? OURS : TEAM;
}

function nameOf(folder: string): unknown {
  try {
    return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown }).name;
  } catch {
    return undefined;
  }
}
