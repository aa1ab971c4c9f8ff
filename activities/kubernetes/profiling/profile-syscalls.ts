import type { z } from 'zod';
import { implementChange, type ApplyContext } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { Ended } from '../probing/container-state.ts';
import { createProfiler } from './profiler.ts';
import { seenBy, tracing } from './strace.ts';
import { readSyscallTable } from './strace-table.ts';

/** `-w`: what a call takes is from call to return, so that waiting shows. */
const OPTIONS = ['-c', '-w', '-f'];
const MOST_ROWS = 60;

type Input = z.output<(typeof kubernetes.profileSyscalls)['contract']['input']>;

export const profileSyscalls = (client: KubernetesClient) => {
  const profiling = (input: Input) => tracing(input, OPTIONS);
  return implementChange(kubernetes.profileSyscalls, createProfiler(client, { profiling, outcome }));

  async function outcome({ pod: { name }, seconds }: Input, ended: Ended, context: ApplyContext) {
    const told = { pod: name, image: client.probe.debugImage, file: 'syscalls-of' };
    const seen = await seenBy(ended, told, context);
    const nothing = { verdict: 'unknown' as const, calls: 0, errors: 0, syscalls: [] };
    if ('nothing' in seen) return { ...nothing, reason: seen.nothing, artefacts: [] };
    const all = readSyscallTable(seen.text);
    const { text: _, truncated, artefacts } = seen;
    const kept = { ...(truncated && { truncated }), artefacts: [...artefacts] };
    const [first] = all;
    if (!first) {
      const reason = `no system call of ${name} ended in ${seconds} s: it computes, or waits in a single one`;
      return { ...nothing, reason, ...kept };
    }
    const calls = all.reduce((sum, row) => sum + row.calls, 0);
    const errors = all.reduce((sum, row) => sum + row.errors, 0);
    return {
      verdict: 'pass' as const,
      reason: `${calls} system calls in ${seconds} s, ${errors} failed; most of the time in ${first.name} (${first.calls} calls, ${first.seconds} s)`,
      ...{ calls, errors, syscalls: all.slice(0, MOST_ROWS) },
      ...kept,
    };
  }
};
