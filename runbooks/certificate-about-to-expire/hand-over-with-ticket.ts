import { tickets } from '../../activities/tickets/contract.ts';
import { approve, carryOut, handOver, propose } from '../../workflows/index.ts';
import type { Expiry } from '../analysis/certificate-expiry.ts';
import { ASK } from '../platform-oncall.ts';

/** Opens the ticket that says how many days are left and what has to be done by whom, and ends the run. */
export async function handOverWithTicket(o: {
  readonly what: string;
  readonly judged: Pick<Expiry, 'fault' | 'because' | 'daysLeft'>;
  readonly unapproved: readonly { readonly name: string; readonly created: string }[];
}) {
  const { what, judged, unapproved } = o;
  const { daysLeft, because } = judged;
  const next = nextSteps(o);
  const title =
    daysLeft === undefined
      ? `The certificate of ${what} was not to be seen`
      : daysLeft < 0
        ? `The certificate of ${what} has ended`
        : `The certificate of ${what} ends in ${daysLeft} days`;
  const waiting = unapproved.map((r) => `${r.name} since ${r.created}`);
  const body = [because, '', '## What has to be done', ...next.map((line) => `- ${line}`)].join('\n');
  const plan = await propose(
    'Open the ticket for it',
    [tickets.open({ title: title.slice(0, 200), body, labels: ['certificate'] })],
    {
      because,
    },
  );
  const [opened] = await carryOut(await approve(plan, ASK), { allowSkip: true });
  return handOver(because, {
    ...(daysLeft !== undefined && { daysLeft }),
    ...(opened && { ticket: opened.location }),
    ...(waiting.length > 0 && { unapproved: waiting }),
    next,
  });
}

function nextSteps({ what, judged, unapproved }: Parameters<typeof handOverWithTicket>[0]): string[] {
  if (unapproved.length > 0) {
    return [
      `${unapproved.length} requests of ${what} wait for approval, so that it cannot renew: look at them, then kubectl certificate approve ${unapproved[0]!.name}`,
      'Look at why nothing approves them: an approver for kubelet serving certificates may be missing or down.',
    ];
  }
  if (judged.fault === 'unanswered') return ['Find out whether it serves at all, and look again.'];
  if (judged.fault === 'renewal-stuck') {
    return [
      'Look at the issuer and its requests: cmctl status certificate NAME',
      'Then ask for it anew: cmctl renew NAME',
    ];
  }
  if (judged.fault === 'other-names')
    return [
      'Issue one for all of the names, or agree with those who call by the lost ones, and then restart.',
    ];
  if (what.startsWith('the API server')) {
    return [
      'kubeadm certs check-expiration; kubeadm certs renew apiserver, on each control plane node, and restart its static pods.',
    ];
  }
  if (what.startsWith('the kubelet')) {
    return [
      'Is serverTLSBootstrap on? Then restart the kubelet and approve its request; else put a new file where tlsCertFile says.',
    ];
  }
  return [
    'Issue a new one for the same names, put it into the Secret, and restart what does not read it again by itself.',
  ];
}
