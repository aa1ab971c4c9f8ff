import type { z } from 'zod';
import { implementChange, type ApplyContext } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { Ended } from '../probing/container-state.ts';
import { createProfiler } from './profiler.ts';
import { seenBy, tracing } from './strace.ts';
import { readConnects, type Peer } from './strace-connects.ts';

/** `-yy` says which sockets are UDP's. */
const OPTIONS = ['-f', '-yy', '-e', 'trace=connect,getsockopt'];
const MOST_PEERS = 50;
/** Addresses in a reason. */
const MOST_NAMED = 3;

type Input = z.output<(typeof kubernetes.traceConnects)['contract']['input']>;

export const traceConnects = (client: KubernetesClient) => {
  const profiling = (input: Input) => tracing(input, OPTIONS);
  return implementChange(kubernetes.traceConnects, createProfiler(client, { profiling, outcome }));

  async function outcome({ pod: { name }, seconds }: Input, ended: Ended, context: ApplyContext) {
    const told = { pod: name, image: client.probe.debugImage, file: 'connects-of' };
    const seen = await seenBy(ended, told, context);
    if ('nothing' in seen) {
      return { verdict: 'unknown' as const, reason: seen.nothing, peers: [], artefacts: [] };
    }
    const { text, truncated, artefacts } = seen;
    const { peers: all, open } = readConnects(text);
    const peers = all.slice(0, MOST_PEERS).map((peer) => ({ ...peer, failed: { ...peer.failed } }));
    const leftOut = [
      truncated,
      all.length > MOST_PEERS && `the first ${MOST_PEERS} of ${all.length} addresses`,
    ];
    const kept = {
      ...(leftOut.some(Boolean) && { truncated: leftOut.filter(Boolean).join('; ') }),
      ...(open.length > 0 && { open: open.slice(0, MOST_PEERS) }),
      artefacts: [...artefacts],
    };
    const under = open.map(({ to }) => to).slice(0, MOST_NAMED);
    if (peers.length === 0) {
      return {
        verdict: 'unknown' as const,
        reason:
          under.length > 0
            ? `${name} was still connecting to ${under.join(', ')} when the trace ended after ${seconds} s: trace it for longer`
            : `${name} connected to nothing in ${seconds} s`,
        peers,
        ...kept,
      };
    }
    const dead = all.find(({ connected }) => connected === 0);
    return {
      verdict: dead ? ('fail' as const) : ('pass' as const),
      reason: dead
        ? inWords(name, dead)
        : `${name} reached all ${all.length} addresses that it connected to${under.length > 0 ? `; to ${under.join(', ')} it was still connecting` : ''}`,
      peers,
      ...kept,
    };
  }
};

const inWords = (name: string, { to, tries, failed }: Peer): string =>
  `${name} never reached ${to} in ${tries} tries: ${Object.entries(failed)
    .map(([why, times]) => `${why} (${times})`)
    .join(', ')}`;
