import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { approve, carryOut, finding, propose } from '../../workflows/index.ts';
import { refOf } from '../analysis/pods-of.ts';
import { ASK } from '../platform-oncall.ts';

/** What the goroutines of a Go program stand in; undefined for another program, or one that does not tell. */
export async function whatItDoes(pod: Pod, { port, all }: { readonly port: number; readonly all: number }) {
  const plan = await propose(
    `Look at what the goroutines of ${pod.name} do`,
    [kubernetes.profileGo({ pod: refOf(pod), port, kind: 'goroutine' })],
    { because: `It has no connection left; one of ${all} pods is looked at, which does not stop it.` },
  );
  const [profile] = await carryOut(await approve(plan, ASK));
  if (profile.verdict !== 'pass') {
    finding(`What the program in ${pod.name} does is not known`, { evidence: profile.reason });
    return undefined;
  }
  finding(`${pod.name} has ${profile.total} goroutines`, {
    evidence: [
      ...(profile.waiting ? [`${profile.waiting} wait for a connection`] : []),
      ...profile.ownCode
        .slice(0, 10)
        .map((p) => `${Math.round(p.share * profile.total)} in ${p.function}${p.at && ` (${p.at})`}`),
    ],
  });
  return profile;
}
