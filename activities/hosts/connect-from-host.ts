import { implementRead, StepFailure, type CallContext } from '../kit/index.ts';
import { hosts } from './contract.ts';
import type { Connection } from './contract/connect-from-host.ts';
import { fieldsOf } from './program/answer.ts';
import { ask } from './program/ask.ts';
import { socketAddress } from './kube-proxy/service-rules.ts';
import type { Ssh } from './ssh/ssh.ts';
import { quantity } from './systemd/show.ts';

export const connectFromHostStep = (ssh: Ssh) =>
  implementRead(hosts.connectFromHost, (input, context) => connectFrom(ssh, input, context));

interface Destination {
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly withinSeconds: number;
}

const WORDS: Readonly<Record<Exclude<Connection['outcome'], 'connected' | 'not-tried'>, string>> = {
  refused: 'the connection is refused: nothing listens there, or a rule rejects it',
  'timed-out': 'nothing answers in time: dropped on the way, or routed to an address that is gone',
  unreachable: 'there is no way to it, or it answers with an error',
  'no-such-name': 'its name does not resolve',
};

export async function connectFrom(
  ssh: Ssh,
  { host, address, port, withinSeconds }: Destination,
  context: CallContext,
): Promise<Connection> {
  const answer = await ask(ssh, { host, words: ['connect', address, String(port)], withinSeconds }, context);
  const { outcome, milliseconds } = fieldsOf(answer.lines);
  const there = { host, address, port, milliseconds: quantity(milliseconds) };
  const where = socketAddress(address, port);
  if (outcome === 'connected') {
    return {
      ...there,
      outcome,
      verdict: 'pass',
      reason: `${host} connects to ${where} in ${milliseconds} ms`,
    };
  }
  if (outcome === 'not-tried') {
    return {
      ...there,
      outcome,
      verdict: 'unknown',
      reason: `${host} has neither bash nor python3 to connect with`,
    };
  }
  if (!outcome || !Object.hasOwn(WORDS, outcome)) {
    throw new StepFailure('retryable', `${host} did not say whether it connected to ${where}`);
  }
  const known = outcome as keyof typeof WORDS;
  return {
    ...there,
    outcome: known,
    verdict: 'fail',
    reason: `${host} does not connect to ${where}: ${WORDS[known]}`,
  };
}
