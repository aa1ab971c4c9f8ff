/** The decision about a host key: pure, over the parsed file. */
import { StepFailure } from '../../kit/index.ts';
import { fingerprint, keyType, knownHostName, lineMatches, type KnownHostLine } from './known-hosts.ts';

export interface HostInFile {
  readonly host: string;
  readonly port: number;
  readonly file: string;
  readonly lines: readonly KnownHostLine[];
}

/**
 * The signature algorithms to negotiate, so that the server shows a key of a type that the file knows; `undefined` for
 * a host that it does not know. RSA keys are asked for SHA-2 signatures only.
 */
export function algorithmsFor(known: HostInFile): string[] | undefined {
  const types = new Set(linesOf(known).map(({ type }) => type));
  const algorithms = PREFERRED.filter(([type]) => types.has(type)).flatMap(([, names]) => names);
  return algorithms.length > 0 ? algorithms : undefined;
}

const PREFERRED: readonly (readonly [type: string, algorithms: readonly string[]])[] = [
  ['ssh-ed25519', ['ssh-ed25519']],
  ['ecdsa-sha2-nistp256', ['ecdsa-sha2-nistp256']],
  ['ecdsa-sha2-nistp384', ['ecdsa-sha2-nistp384']],
  ['ecdsa-sha2-nistp521', ['ecdsa-sha2-nistp521']],
  ['ssh-rsa', ['rsa-sha2-512', 'rsa-sha2-256']],
];

/** Nothing when the key is the host's; the failure, in words that name file and fingerprints, when it is not. */
export function hostKeyFailure(known: HostInFile, key: Buffer): StepFailure | undefined {
  const { host, port, file, lines } = known;
  const name = knownHostName(host, port);
  const shown = `${keyType(key) || 'unknown type'} ${fingerprint(key)}`;
  const facts = { host, port, file, shown: fingerprint(key) };
  const refuse = (message: string, next: string) => new StepFailure('refused', message, { next, facts });

  const matching = lines.filter((line) => lineMatches(line, name));
  const revoked = matching.find((line) => line.marker === 'revoked' && line.key.equals(key));
  if (revoked) {
    return refuse(
      `${host} shows a key that ${file}:${revoked.line} revokes (${shown})`,
      'Nothing was sent. Find out who still uses that key before anything else.',
    );
  }
  const trusted = linesOf(known);
  if (trusted.some((line) => line.key.equals(key))) return undefined;
  if (trusted.length > 0) {
    const expected = trusted
      .map((line) => `${line.type} ${fingerprint(line.key)} (line ${line.line})`)
      .join(', ');
    return refuse(
      `${host} shows another host key than ${file} has for ${name}: shown ${shown}, expected ${expected}`,
      `Nothing was sent. If the host was set up anew, verify its key on the host itself (ssh-keygen -lf) and replace the line in ${file}; otherwise something else answers at this address.`,
    );
  }
  const authority = matching.find((line) => line.marker === 'cert-authority');
  if (authority) {
    return refuse(
      `${host} is trusted by a certificate authority only (${file}:${authority.line}); host certificates are not supported (it shows ${shown})`,
      `Add the host's own key to ${file}: ssh-keyscan -p ${port} ${host}, checked against the host.`,
    );
  }
  return refuse(
    `${host} is not in ${file} (looked up as ${name}); it shows ${shown}`,
    `Verify that fingerprint on the host itself and add its key to ${file}.`,
  );
}

const linesOf = ({ host, port, lines }: HostInFile): KnownHostLine[] =>
  lines.filter((line) => line.marker === undefined && lineMatches(line, knownHostName(host, port)));
