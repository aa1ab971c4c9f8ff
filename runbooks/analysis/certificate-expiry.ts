/**
 * A certificate that is about to expire is seldom one thing: what is served, what is stored and who renews it can each
 * be behind. Only a server that goes on with an old one while the new one lies beside it is mended by a restart.
 */
import type { z } from 'zod';
import type { Verdict } from '../../activities/kit/index.ts';
import type { Certificate, kubernetes, ServedAt } from '../../activities/kubernetes/contract.ts';

export type Stored = z.output<(typeof kubernetes.storedCertificate)['contract']['output']>;
type Shown = ServedAt & { readonly certificate: Certificate };

const DAY_MS = 86_400_000;

export type Expiry =
  | {
      /** The stored one is newer than what some serve. */
      readonly fault: 'stale';
      readonly stale: readonly Shown[];
      readonly daysLeft: number;
      readonly because: string;
    }
  | {
      readonly fault: 'none' | 'unanswered' | 'not-renewed' | 'renewal-stuck' | 'other-names' | 'not-seen';
      /** Until the first of the served ones ends, rounded down; negative once it has ended; undefined when none was shown. */
      readonly daysLeft: number | undefined;
      readonly because: string;
    };

/** `stored`: the Secret that it is served from, where that is known. */
export function judgeExpiry(seen: {
  readonly served: readonly ServedAt[];
  readonly stored: Stored | undefined;
  readonly days: number;
  readonly now: Date;
}): Expiry {
  const { served, stored, days, now } = seen;
  const shown = served.filter((s): s is Shown => s.certificate !== null);
  const [first] = [...shown].sort((a, b) => endOf(a.certificate) - endOf(b.certificate));
  const silent = served.filter((s) => s.certificate === null);
  const also =
    silent.length > 0 ? ` ${silent.length} of ${served.length} showed none (${silent[0]!.problem}).` : '';
  if (!first) {
    const because =
      served.length === 0
        ? 'Nobody is there to serve one.'
        : `None of ${served.length} showed a certificate.${also}`;
    return { fault: 'unanswered', daysLeft: undefined, because };
  }
  const daysLeft = daysUntil(first.certificate, now);
  const ends = `${first.address} serves one that ${inWords(first.certificate, now)}.`;
  if (daysLeft >= days) {
    return silent.length > 0
      ? { fault: 'unanswered', daysLeft, because: `${ends}${also}` }
      : { fault: 'none', daysLeft, because: `${ends} That is the first of ${shown.length} to end.` };
  }
  const facts = { daysLeft };
  if (!stored || stored.state === 'not-seen' || !stored.certificate) {
    const why = !stored
      ? 'Where it is kept is not known'
      : stored.state === 'not-seen'
        ? 'The Secret that it is kept in may not be read by nightshift'
        : `The Secret that it is kept in is ${stored.state}`;
    return { fault: 'not-seen', ...facts, because: `${ends}${also} ${why}.` };
  }
  const kept = stored.certificate;
  if (endOf(kept) <= endOf(first.certificate)) return { ...facts, ...behind(stored, `${ends}${also}`) };
  const keptWords = `The stored one ${inWords(kept, now)}`;
  if (daysUntil(kept, now) < days) {
    return { ...facts, ...behind(stored, `${ends}${also} ${keptWords}, which is hardly better.`) };
  }
  const lost = first.certificate.names.filter((name) => !kept.names.includes(name));
  if (lost.length > 0) {
    return {
      fault: 'other-names',
      ...facts,
      because: `${ends}${also} ${keptWords}, but it is not for ${lost.join(', ')}: serving it would break those who call by that name.`,
    };
  }
  const stale = shown.filter((s) => s.certificate.fingerprint !== kept.fingerprint);
  return {
    fault: 'stale',
    stale,
    ...facts,
    because: `${ends}${also} ${keptWords}, for the same names, and has been there since ${stored.writtenAt ?? 'an unknown time'}: ${stale.length} of ${shown.length} have not read it again.`,
  };
}

/** What is stored is as old as what is served: who should have renewed it? */
function behind(
  { renewal }: Stored,
  because: string,
): { fault: 'not-renewed' | 'renewal-stuck'; because: string } {
  if (!renewal) {
    return {
      fault: 'not-renewed',
      because: `${because} What is stored is no newer, and nothing is known to renew it: a person has to.`,
    };
  }
  const { certificate, issuer, status } = renewal;
  const who = `cert-manager's Certificate ${certificate}${issuer ? ` (issuer ${issuer})` : ''}`;
  if (!status)
    return {
      fault: 'renewal-stuck',
      because: `${because} ${who} should renew it; what it does is not to be seen.`,
    };
  const waits = status.pending.map(
    (p) => `${p.name} since ${p.created}${p.message ? ` (${p.message})` : ''}`,
  );
  const due = status.renewalTime ? ` It was due at ${status.renewalTime}.` : '';
  return {
    fault: 'renewal-stuck',
    because: `${because} ${who} should have renewed it and says: ${status.message || (status.ready ? 'ready' : 'nothing')}.${due}${waits.length > 0 ? ` Requests that wait: ${waits.join('; ')}.` : ' No request of it waits.'}`,
  };
}

/** Passes when all that answer serve this certificate, and all do answer. */
export function allServe(served: readonly ServedAt[], fingerprint: string): Verdict {
  const silent = served.filter((s) => !s.certificate);
  const other = served.filter((s) => s.certificate && s.certificate.fingerprint !== fingerprint);
  if (other.length > 0) {
    return {
      verdict: 'fail',
      reason: `${other.length} of ${served.length} still serve another: ${other[0]!.address}`,
    };
  }
  return served.length === 0 || silent.length > 0
    ? { verdict: 'unknown', reason: `${silent.length} of ${served.length} showed no certificate` }
    : { verdict: 'pass', reason: `all ${served.length} serve it` };
}

export const daysUntil = (certificate: Certificate, now: Date): number =>
  Math.floor((endOf(certificate) - now.getTime()) / DAY_MS);

export function inWords(certificate: Certificate, now: Date): string {
  const left = daysUntil(certificate, now);
  const when = certificate.notAfter.slice(0, 16).replace('T', ' ');
  if (left < 0) return `**has ended** at ${when} UTC`;
  return `ends in ${left} days, at ${when} UTC`;
}

const endOf = ({ notAfter }: Certificate) => Date.parse(notAfter);
