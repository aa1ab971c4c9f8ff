/** Sorts how a handshake can fail, in the words of who reads it at night. */
import { StepFailure } from '../../kit/index.ts';
import { isCertificateType } from './certificate.ts';
import type { Identity } from './identities.ts';
import type { Hop } from './route.ts';

export interface FailedDial {
  readonly error: Error & { level?: string; code?: string };
  readonly hop: Hop;
  readonly hostKeyTypes: readonly string[] | undefined;
  readonly identities: readonly Identity[];
  readonly passedOver: readonly string[];
}

/** True when the server hung up before it introduced itself: nothing can have been read of what was sent. */
export const wasDropped = ({ message, code }: FailedDial['error']): boolean =>
  message === 'Connection lost before handshake' || code === 'ECONNRESET' || code === 'EPIPE';

export function dialFailure(failed: FailedDial): StepFailure {
  const { error, hop, hostKeyTypes } = failed;
  const { host, port, connectTimeoutMs } = hop;
  const facts = { host, port, code: error.code ?? null };
  if (error instanceof StepFailure) return error;
  if (error.level === 'client-authentication' || /too many authentication failures/i.test(error.message)) {
    return notLetIn(failed);
  }
  if (/no matching host key/i.test(error.message) && hostKeyTypes) {
    const authorities = hostKeyTypes.every(isCertificateType);
    return new StepFailure(
      'refused',
      authorities
        ? `${host} shows no host certificate, and ${hop.knownHosts.files.join(' or ')} trusts it by a certificate authority only`
        : `${host} has no host key of a type that ${hop.knownHosts.files.join(' or ')} knows for it (${hostKeyTypes.join(', ')})`,
      {
        next: authorities
          ? `Sign the host's key (ssh-keygen -s CA -h -n ${hop.principal}) and name it in its sshd_config (HostCertificate).`
          : 'Verify its present key on the host itself and add it to the file.',
        cause: error,
        facts,
      },
    );
  }
  if (error.code === 'ENOTFOUND') {
    return new StepFailure('invalid', `there is no host named ${hop.address}`, {
      next: 'Correct the name, or give its address in the configuration.',
      cause: error,
      facts,
    });
  }
  const why =
    error.level === 'client-timeout'
      ? `no answer within ${connectTimeoutMs / 1000} s`
      : wasDropped(error)
        ? 'it hangs up before it says anything, again and again (MaxStartups, or an address it has banned?)'
        : (error.code ?? error.message);
  return new StepFailure('retryable', `${host} cannot be reached by SSH on port ${port}: ${why}`, {
    next: 'Nothing was sent. Is the host up, and does its sshd answer?',
    cause: error,
    facts,
  });
}

function notLetIn({ error, hop, identities, passedOver }: FailedDial): StepFailure {
  const { host, user, port } = hop;
  const tried = identities.map(({ from, certificate }) =>
    certificate === null ? from : `${from} with the certificate "${certificate}"`,
  );
  const many = /too many/i.test(error.message);
  return new StepFailure('refused', `${host} does not let ${user} in with the key ${tried.join(', ')}`, {
    next: [
      many
        ? 'It stopped listening after a few keys: name one key, or IdentitiesOnly yes.'
        : `Add its public key for ${user} on ${host} (nightshift host install ${host}).`,
      ...passedOver.map((why) => `Not tried: ${why}.`),
    ].join(' '),
    cause: error,
    facts: { host, port, code: error.code ?? null },
  });
}
