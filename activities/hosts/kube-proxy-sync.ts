import { setTimeout as sleep } from 'node:timers/promises';
import { implementRead, StepFailure, type CallContext } from '../kit/index.ts';
import { hosts } from './contract.ts';
import { lookAtSync, type Earlier, type Sources, type SyncQuestion } from './kube-proxy/look.ts';

/** A change that the API has and the node not yet is a matter of kube-proxy's minSyncPeriod, 1 s by default. */
const LOOKS = 3;
const BETWEEN_LOOKS_MS = 1_200;
/** What may be so for a moment only, while endpoints come and go or between two looks. */
const MAY_PASS_SOON: ReadonlySet<string> = new Set([
  'nothing-pending',
  'restores-succeed',
  'rules-match-services',
]);

export const kubeProxySyncedStep = (sources: Sources) =>
  implementRead(hosts.kubeProxySynced, async (input, context) => {
    let earlier: Earlier | undefined;
    for (let look = 1; ; look++) {
      const { decided, earlier: left } = await lookAtSync(sources, input, { context, earlier });
      earlier = left;
      const first = decided.conditions.find(({ verdict }) => verdict !== 'pass');
      if (!first || look === LOOKS || !MAY_PASS_SOON.has(first.condition)) return decided;
      await pause(BETWEEN_LOOKS_MS, input.host, context);
    }
  });

export const waitForKubeProxySyncStep = (sources: Sources) =>
  implementRead(hosts.waitForKubeProxySync, async ({ withinSeconds, ...question }, context) => {
    const began = Date.now();
    const end = Math.min(began + withinSeconds * 1000, context.deadline.getTime() - 5_000);
    let earlier: Earlier | undefined;
    for (let looks = 1; ; looks++) {
      const answer = await lookOrUnreachable(sources, question, { context, earlier });
      earlier = answer.earlier;
      context.heartbeat(answer.decided ? answer.decided.reason : answer.failure.message);
      const now = Date.now();
      const pauseMs = Math.min(1_000 + 250 * looks, 5_000);
      const over = now + pauseMs > end;
      if (answer.decided && (answer.decided.verdict === 'pass' || over)) {
        return { ...answer.decided, looks, waitedMs: now - began };
      }
      if (answer.failure && over) throw answer.failure;
      await pause(pauseMs, question.host, context);
    }
  });

type Looked =
  | {
      readonly decided: Awaited<ReturnType<typeof lookAtSync>>['decided'];
      readonly failure?: undefined;
      readonly earlier: Earlier | undefined;
    }
  | { readonly decided?: undefined; readonly failure: StepFailure; readonly earlier: Earlier | undefined };

/** A host that cannot be reached for a while is waited for; one that must not be talked to is not. */
async function lookOrUnreachable(
  sources: Sources,
  question: SyncQuestion,
  { context, earlier }: { readonly context: CallContext; readonly earlier: Earlier | undefined },
): Promise<Looked> {
  try {
    return await lookAtSync(sources, question, { context, earlier });
  } catch (failure) {
    if (failure instanceof StepFailure && failure.kind === 'retryable') return { failure, earlier };
    throw failure;
  }
}

async function pause(ms: number, host: string, { signal }: CallContext): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (cause) {
    throw new StepFailure('retryable', `the call ended while it waited for ${host}`, { cause });
  }
}
