import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from '../machine/command.ts';

export interface CertificateRequest {
  /** File name without ending. */
  readonly file: string;
  readonly commonName: string;
  readonly organization?: string;
  /** Subject alternative names as openssl writes them: `IP:10.99.0.1`, `DNS:localhost`. */
  readonly names?: readonly string[];
}

export interface KeyPairFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateAuthority {
  readonly certificate: string;
  issue(request: CertificateRequest): Promise<KeyPairFiles>;
}

const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A certificate authority in a directory; keys are P-256, because a key is then made in milliseconds. */
export async function createCertificateAuthority(
  directory: string,
  commonName: string,
): Promise<CertificateAuthority> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const configuration = join(directory, 'openssl.cnf');
  // Without its own file openssl would add the machine's default extensions, CA:TRUE among them.
  await writeFile(configuration, '[req]\ndistinguished_name = subject\n[subject]\n');
  const certificate = join(directory, 'ca.crt');
  const key = join(directory, 'ca.key');
  const request = ['openssl', 'req', '-x509', '-config', configuration, '-days', '365', ...CURVE];
  const authority = [
    '-addext',
    'basicConstraints=critical,CA:TRUE',
    '-addext',
    'keyUsage=critical,keyCertSign,cRLSign',
  ];
  await command([
    ...request,
    '-subj',
    `/CN=${commonName}`,
    ...authority,
    '-keyout',
    key,
    '-out',
    certificate,
  ]);

  const issue = async ({
    file,
    commonName: subject,
    organization,
    names = [],
  }: CertificateRequest): Promise<KeyPairFiles> => {
    const files = { certificate: join(directory, `${file}.crt`), key: join(directory, `${file}.key`) };
    const extensions = [
      'basicConstraints=critical,CA:FALSE',
      'keyUsage=critical,digitalSignature',
      'extendedKeyUsage=serverAuth,clientAuth',
      ...(names.length > 0 ? [`subjectAltName=${names.join(',')}`] : []),
    ].flatMap((extension) => ['-addext', extension]);
    const subj = `${organization ? `/O=${organization}` : ''}/CN=${subject}`;
    const signer = ['-CA', certificate, '-CAkey', key];
    await command([
      ...request,
      ...signer,
      '-subj',
      subj,
      ...extensions,
      '-keyout',
      files.key,
      '-out',
      files.certificate,
    ]);
    return files;
  };
  return { certificate, issue };
}

/** The key pair that signs and verifies service account tokens. */
export async function createSigningKey(
  directory: string,
): Promise<{ privateKey: string; publicKey: string }> {
  const files = {
    privateKey: join(directory, 'service-accounts.key'),
    publicKey: join(directory, 'service-accounts.pub'),
  };
  await command(['openssl', 'ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', files.privateKey]);
  await command(['openssl', 'ec', '-in', files.privateKey, '-pubout', '-out', files.publicKey]);
  return files;
}
