/** The decision about a host key or a host certificate: pure, over the parsed files. */
import { StepFailure } from '../../kit/index.ts';
import {
  certificateType,
  isCertificateType,
  notValidNow,
  readCertificate,
  type Certificate,
} from './certificate.ts';
import { lineMatches, placeOf, wildcardMatches, type KnownHostLine } from './known-hosts.ts';
import { fingerprint, keyType } from './public-key.ts';

export interface KnownHost {
  /** As messages name it. */
  readonly host: string;
  /** As the files do: `host` or `[host]:port`, or the HostKeyAlias. */
  readonly name: string;
  /** The name that a certificate must be for: without a port. */
  readonly principal: string;
  readonly files: readonly string[];
  readonly lines: readonly KnownHostLine[];
  /** Keys of a RevokedHostKeys file, and where it is. */
  readonly revoked?: { readonly file: string; readonly keys: readonly Buffer[] };
}

/** Why a host is believed to be itself. */
export interface Verified {
  /** Fingerprint of the host's key; with a certificate, of the key that it is about, so that a renewal changes nothing. */
  readonly hostKey: string;
  readonly type: string;
  /** `file:line` of the key, or of the authority that signed the certificate. */
  readonly by: string;
  readonly certificate: {
    readonly id: string;
    readonly serial: string;
    readonly validBefore: string | null;
    readonly authority: string;
  } | null;
}

/**
 * The signature algorithms to negotiate, so that the server shows a key that the files know: certificates where an
 * authority is trusted for the host, and the types of its own keys. `undefined` for a host that they do not know. RSA
 * keys are asked for SHA-2 signatures only.
 */
export function algorithmsFor(known: KnownHost): string[] | undefined {
  const own = new Set(linesOf(known, undefined).map(({ type }) => type));
  const plain = PREFERRED.filter(([type]) => own.has(type)).flatMap(([, names]) => names);
  const certificates =
    linesOf(known, 'cert-authority').length > 0
      ? PREFERRED.flatMap(([, names]) => names).map(certificateType)
      : [];
  const algorithms = [...certificates, ...plain];
  return algorithms.length > 0 ? algorithms : undefined;
}

const PREFERRED: readonly (readonly [type: string, algorithms: readonly string[]])[] = [
  ['ssh-ed25519', ['ssh-ed25519']],
  ['ecdsa-sha2-nistp256', ['ecdsa-sha2-nistp256']],
  ['ecdsa-sha2-nistp384', ['ecdsa-sha2-nistp384']],
  ['ecdsa-sha2-nistp521', ['ecdsa-sha2-nistp521']],
  ['ssh-rsa', ['rsa-sha2-512', 'rsa-sha2-256']],
];

/** Why the shown key (or certificate) is the host's; a failure, in words that name file, line and fingerprints, when it is not. */
export function judgeHostKey(known: KnownHost, shown: Buffer, now: Date): Verified | StepFailure {
  return isCertificateType(keyType(shown)) ? judgeCertificate(known, shown, now) : judgeKey(known, shown);
}

function judgeKey(known: KnownHost, key: Buffer): Verified | StepFailure {
  const { host, name, files } = known;
  const shown = `${keyType(key) || 'unknown type'} ${fingerprint(key)}`;
  const revoked = revokedAt(known, key);
  if (revoked) return revokedKey(known, { key, at: revoked, what: 'a key' });
  const trusted = linesOf(known, undefined);
  const line = trusted.find((candidate) => candidate.key.equals(key));
  if (line) return { hostKey: fingerprint(key), type: keyType(key), by: placeOf(line), certificate: null };
  if (trusted.length > 0) {
    const expected = trusted
      .map((line) => `${line.type} ${fingerprint(line.key)} (${placeOf(line)})`)
      .join(', ');
    return refused(
      known,
      key,
      `${host} shows another host key than is known for ${name}: shown ${shown}, expected ${expected}`,
      `Nothing was sent. If the host was set up anew, verify its key on the host itself (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub) and replace the line ${placeOf(trusted[0]!)}; otherwise something else answers at this address.`,
    );
  }
  const authority = linesOf(known, 'cert-authority')[0];
  if (authority) {
    return refused(
      known,
      key,
      `${host} is trusted by a certificate authority only (${placeOf(authority)}) and shows a key without a certificate (${shown})`,
      `Sign the host's key (ssh-keygen -s CA -h -n ${known.principal}) and name the certificate in its sshd_config (HostCertificate), or add its own key to ${authority.file}.`,
    );
  }
  return refused(
    known,
    key,
    `${host} is not in ${files.join(' or ')} (looked up as ${name}); it shows ${shown}`,
    `Verify that fingerprint on the host itself (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub) and add its key to ${files[0] ?? 'a known hosts file'}.`,
  );
}

function judgeCertificate(known: KnownHost, blob: Buffer, now: Date): Verified | StepFailure {
  const { host, principal } = known;
  const certificate = readCertificate(blob);
  if (!certificate) {
    return refused(
      known,
      blob,
      `${host} shows a certificate (${keyType(blob)}) that cannot be read, or that its authority did not sign`,
      'Nothing was sent. Sign the key of the host again, with an Ed25519, ECDSA or RSA (SHA-2) authority.',
    );
  }
  for (const [key, what] of [
    [certificate.key, 'a certified key'],
    [certificate.authority, 'a certificate of an authority'],
  ] as const) {
    const at = revokedAt(known, key);
    if (at) return revokedKey(known, { key, at, what });
  }
  const line = linesOf(known, 'cert-authority').find(({ key }) => key.equals(certificate.authority));
  if (!line) {
    // As ssh does: a certificate of somebody else is no more and no less than the key in it.
    if (linesOf(known, undefined).length > 0) return judgeKey(known, certificate.key);
    const trusted = linesOf(known, 'cert-authority').map(
      (authority) => `${fingerprint(authority.key)} (${placeOf(authority)})`,
    );
    return refused(
      known,
      certificate.key,
      `${host} shows a certificate of an authority that is not trusted for ${known.name}: ${fingerprint(certificate.authority)}; trusted: ${trusted.join(', ') || 'none'}`,
      'Nothing was sent. If the authority was changed, verify its key where it is kept and add a @cert-authority line; otherwise something else answers at this address.',
    );
  }
  const fault = faultOf(certificate, principal, now);
  if (fault) {
    // As ssh does (check_host_key retries with the plain key): what is known without a certificate needs none.
    if (linesOf(known, undefined).some(({ key }) => key.equals(certificate.key)))
      return judgeKey(known, certificate.key);
    return refused(
      known,
      certificate.key,
      `${host} shows the certificate "${certificate.id}" (serial ${certificate.serial}), which ${fault}`,
      `Nothing was sent. Have the authority of ${placeOf(line)} sign the host's key again (ssh-keygen -s CA -h -n ${principal}).`,
    );
  }
  return {
    hostKey: fingerprint(certificate.key),
    type: keyType(certificate.key),
    by: placeOf(line),
    certificate: {
      id: certificate.id,
      serial: certificate.serial,
      validBefore: certificate.validBefore?.toISOString() ?? null,
      authority: fingerprint(certificate.authority),
    },
  };
}

/** Stricter than OpenSSH 9 in one point: a certificate that names no host is for no host, not for every one. */
function faultOf(certificate: Certificate, principal: string, now: Date): string | undefined {
  const { role, principals, criticalOptions } = certificate;
  if (role !== 'host') return 'is for a user, not for a host';
  const time = notValidNow(certificate, now);
  if (time) return `${time} (it is ${now.toISOString()} here)`;
  if (principals.length === 0) return 'names no host at all';
  if (!principals.some((pattern) => wildcardMatches(pattern, principal.toLowerCase())))
    return `is for ${principals.join(', ')} and not for ${principal}`;
  if (criticalOptions.length > 0)
    return `has critical options that hosts have none of (${criticalOptions.join(', ')})`;
  return undefined;
}

const linesOf = ({ name, lines }: KnownHost, marker: KnownHostLine['marker']): KnownHostLine[] =>
  lines.filter((line) => line.marker === marker && lineMatches(line, name));

function revokedAt(known: KnownHost, key: Buffer): string | undefined {
  const line = linesOf(known, 'revoked').find((candidate) => candidate.key.equals(key));
  if (line) return placeOf(line);
  return known.revoked?.keys.some((candidate) => candidate.equals(key)) ? known.revoked.file : undefined;
}

interface RevokedKey {
  readonly key: Buffer;
  readonly at: string;
  readonly what: string;
}

const revokedKey = (known: KnownHost, { key, at, what }: RevokedKey): StepFailure =>
  refused(
    known,
    key,
    `${known.host} shows ${what} that ${at} revokes (${keyType(key)} ${fingerprint(key)})`,
    'Nothing was sent. Find out who still uses that key before anything else.',
  );

const refused = (known: KnownHost, key: Buffer, message: string, next: string): StepFailure =>
  new StepFailure('refused', message, {
    next,
    facts: { host: known.host, name: known.name, shown: fingerprint(key) },
  });
