import type { NodeDescription } from '../../activities/kubernetes/contract.ts';

/** A node as describeNode gives it, of which a test says only what matters. */
export function nodeDescribed(name: string, different: Partial<NodeDescription> = {}): NodeDescription {
  const amounts = { cpuMillis: 2_000, memoryBytes: 4 * 1024 ** 3, pods: 110 };
  return {
    name,
    uid: `uid-${name}`,
    created: '2026-11-01T00:00:00Z',
    ready: 'True',
    conditions: [],
    pressure: [],
    unschedulable: false,
    cordonedBy: null,
    cordonedWhy: null,
    taints: [],
    zone: null,
    addresses: [],
    kubeletVersion: 'v1.34.4',
    kernelVersion: '6',
    containerRuntime: 'containerd',
    bootID: 'boot',
    capacity: amounts,
    allocatable: amounts,
    requested: amounts,
    limits: { cpuMillis: 0, memoryBytes: 0 },
    pods: [],
    lease: null,
    ...different,
  };
}
