import { hosts } from '../activities/hosts/contract.ts';
import type { Verdict } from '../activities/kit/index.ts';

interface Tried {
  readonly node: string;
  readonly connect: { readonly host: string; readonly port: number };
}

/**
 * What `kubernetes.probeFromNode` answered; and where its pod could not run there (no image, no sandbox, a node that
 * takes none) what the host answers when it is asked over SSH. The reason says which of them it was, and why; the
 * verdict is `unknown` where neither can tell. `probed` is undefined where a person skipped a probe that failed.
 *
 * The host is in front of the pods' network: its kube-proxy rules and routes are those that pods meet, the way from a
 * pod to the host is not tried.
 */
export async function connectionFromNode(
  probed: Verdict | undefined,
  { node, connect }: Tried,
): Promise<Verdict> {
  if (probed && probed.verdict !== 'unknown') return { verdict: probed.verdict, reason: probed.reason };
  const why = probed?.reason ?? 'the probe pod was skipped';
  const asked = await hosts.connectFromHost(
    { host: node, address: connect.host, port: connect.port },
    { onFailure: 'continue' },
  );
  if (!asked.ok) return { verdict: 'unknown', reason: `${why}; nor did the host try it: ${asked.message}` };
  const { verdict, reason } = asked.value;
  return { verdict, reason: `${reason} (asked on the host itself, since ${why})` };
}
