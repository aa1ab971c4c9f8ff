import type { Pod } from '../../activities/kubernetes/contract.ts';
import { sidecarOf } from '../analysis/bad-gateway.ts';
import { sidecarLogs } from '../bad-gateway-behind-sidecar/sidecar-logs.ts';
import type { Look } from './look.ts';

/** What a proxy in the service's pods complains of; nothing where they have none. */
export async function lookAtSidecar({
  pods = [],
  minutes,
}: {
  readonly pods: readonly Pod[] | undefined;
  readonly minutes: number;
}): Promise<Look & { readonly sidecar: { readonly name: string; readonly complaints: number } | undefined }> {
  const running = pods.filter((p) => p.condition === 'healthy' || p.condition === 'sick');
  const name = running[0] && sidecarOf(running[0])?.sidecar;
  if (name === undefined) return { words: '', notSeen: [], sidecar: undefined };
  const { said, notSeen } = await sidecarLogs({ pods: running, sidecar: name, minutes });
  const complaints = Object.values(said).reduce((sum, count) => sum + count, 0);
  const words =
    complaints > 0 ? `${name} in its pods complains ${complaints} times of what is behind it.` : '';
  return { words, notSeen, sidecar: { name, complaints } };
}
