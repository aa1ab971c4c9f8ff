import type { z } from 'zod';
import type { kubernetes, Pod } from '../../activities/kubernetes/contract.ts';

type Profile = z.output<(typeof kubernetes.profilePython)['contract']['output']>;

const LOOP = { function: 'find_duplicates', at: '/srv/orders.py:8', share: 0.9 };

/** A profile of a program that goes round in one function, of which a test says what is different. */
export const pythonProfile = (different: Partial<Profile> = {}): Profile => ({
  verdict: 'pass',
  reason: '90% of 500 samples are in find_duplicates',
  total: 500,
  running: 1,
  hotPath: [
    { function: '<module>', at: '/srv/orders.py:20', share: 1, own: true },
    { ...LOOP, own: true },
    { function: 'dumps', at: '/usr/lib/python3.11/json/__init__.py:231', share: 0.8, own: false },
  ],
  ownCode: [LOOP],
  top: [LOOP],
  artefacts: [],
  ...different,
});

/** What podUsage says of pods, in thousandths of a core; null where nobody measured it. */
export const usageOf = (millis: readonly (readonly [Pod, number | null])[]) => ({
  source: 'kubelet' as const,
  pods: millis.map(([{ name, uid, node }, cpuMillis]) => ({
    ...{ name, uid, node, measured: null },
    containers: [
      {
        container: 'main',
        cpuMillis,
        ...{ cpuLimitMillis: null, memoryBytes: null, memoryLimitBytes: null, lastOomKill: null },
      },
    ],
  })),
  unknown: millis.flatMap(([{ name }, cpu]) =>
    cpu === null ? [`the kubelet of ${name} does not answer`] : [],
  ),
});
