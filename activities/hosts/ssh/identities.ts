/** What a login is tried with: keys in files, their certificates, and what an agent holds, in the order of trying. */
import ssh2, {
  BaseAgent,
  type KeyType,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';
import { StepFailure } from '../../kit/index.ts';
import { heldKeys, signWithAgent, type HeldKey, type ToSign } from './agent.ts';
import { notValidNow, readCertificate } from './certificate.ts';
import { certificateIn, keyIn, type CertificateInFile, type IdentityFile } from './identity-files.ts';
import { fingerprint, keyType } from './public-key.ts';

export interface IdentitySources {
  readonly files: readonly IdentityFile[];
  readonly certificateFiles: readonly IdentityFile[];
  /** The agent's socket. */
  readonly agent: string | undefined;
  /** Of the agent's keys, only those that a file names. */
  readonly filesOnly: boolean;
}

/** One thing to log in with. */
export interface Identity {
  /** For messages: the file, or the agent and the key's comment. */
  readonly from: string;
  readonly fingerprint: string;
  /** The id of the user certificate that is shown. */
  readonly certificate: string | null;
  readonly key: ParsedKey;
  /** The agent that signs; the key itself where there is none. */
  readonly agent: string | undefined;
}

export interface FoundIdentities {
  readonly identities: readonly Identity[];
  /** Why something that lies there is not tried, each as a sentence's end. */
  readonly passedOver: readonly string[];
}

/** The files first, each under its certificates and then by itself; then the rest of the agent. */
export async function findIdentities(sources: IdentitySources, now: Date): Promise<FoundIdentities> {
  const { files, certificateFiles, agent, filesOnly } = sources;
  const passedOver: string[] = [];
  const beside = files.map(({ path }) => `${path.replace(/\.pub$/, '')}-cert.pub`);
  let agentFailure: StepFailure | undefined;
  // As ssh does: without its agent it goes on with the keys in files.
  const unreachable = (failure: StepFailure): HeldKey[] => {
    passedOver.push((agentFailure = failure).message);
    return [];
  };
  const [held, inFiles] = await Promise.all([
    agent === undefined ? [] : heldKeys(agent).catch(unreachable),
    Promise.all(
      [...certificateFiles, ...beside.map((path) => ({ path, required: false }))].map((file) =>
        certificateIn(file, passedOver),
      ),
    ),
  ]);
  const certificates = inFiles.filter((found) => found !== undefined).filter(counts(now, passedOver));
  const identities: Identity[] = [];
  for (const file of files) {
    const found = await keyIn(file);
    if (!found) continue;
    const { key, locked } = found;
    const inAgent = key && held.some(({ blob }) => blob.equals(key.getPublicSSH()));
    if (!key || (!key.isPrivateKey() && !inAgent)) {
      const why = `${file.path} ${locked ? 'has a passphrase' : 'is a public key'}, and no agent holds it`;
      if (file.required) throw agentFailure ?? notUsable(why, { path: file.path, agent });
      passedOver.push(why);
      continue;
    }
    const signer = key.isPrivateKey() ? undefined : agent;
    for (const { blob, certificate } of certificates) {
      if (certificate.key.equals(key.getPublicSSH()))
        identities.push(identity({ key: underCertificate(key, blob), from: file.path, agent: signer }));
    }
    identities.push(identity({ key, from: file.path, agent: signer }));
  }
  const named = new Set(identities.map((one) => one.fingerprint));
  const shown = new Set(identities.map(({ key }) => key.getPublicSSH().toString('base64')));
  for (const { blob, comment } of held) {
    const key = heldKey(blob);
    if (!key || shown.has(blob.toString('base64'))) continue;
    const one = identity({ key, from: `the agent (${comment})`, agent });
    if (!filesOnly || named.has(one.fingerprint)) identities.push(one);
  }
  if (identities.length === 0 && agentFailure) throw agentFailure;
  return { identities, passedOver };
}

/** Asks for signatures, one identity after the other, in ssh2's way. */
export class Identities extends BaseAgent<ParsedKey> {
  readonly #identities: readonly Identity[];
  #last: Identity | undefined;

  constructor(identities: readonly Identity[]) {
    super();
    this.#identities = identities;
  }

  /** The one that signed last: after the login, the one that was let in. */
  get last(): Identity | undefined {
    return this.#last;
  }

  override getIdentities(answer: (error?: Error | null, keys?: ParsedKey[]) => void): void {
    answer(
      undefined,
      this.#identities.map(({ key }) => key),
    );
  }

  override sign(
    wanted: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    const answer = typeof options === 'function' ? options : callback!;
    const asked = typeof options === 'function' ? undefined : (options.hash as ToSign['hash']);
    const hash = keyType(wanted.getPublicSSH()) === 'ssh-rsa-cert-v01@openssh.com' ? 'sha512' : asked;
    this.#last = this.#identities.find((one) => one.key === wanted)!;
    const { agent, key } = this.#last;
    if (agent === undefined) {
      const signature: Buffer | Error = key.sign(data, hash);
      return signature instanceof Error ? answer(signature) : answer(undefined, signature);
    }
    signWithAgent(agent, { blob: wanted.getPublicSSH(), data, hash }).then(
      (signature) => answer(undefined, signature),
      (error: Error) => answer(error),
    );
  }
}

function identity(given: Pick<Identity, 'key' | 'from' | 'agent'>): Identity {
  const blob = given.key.getPublicSSH();
  const certificate = readCertificate(blob);
  return {
    ...given,
    fingerprint: fingerprint(certificate?.key ?? blob),
    certificate: certificate?.id ?? null,
  };
}

const counts =
  (now: Date, passedOver: string[]) =>
  ({ path, certificate }: CertificateInFile): boolean => {
    const fault =
      certificate.role === 'user' ? notValidNow(certificate, now) : 'is for a host, not for a user';
    if (fault) passedOver.push(`the certificate "${certificate.id}" in ${path} ${fault}`);
    return fault === undefined;
  };

/** The same key under its certificate; ssh2 takes an object that inherits from a key it parsed for one. */
const underCertificate = (key: ParsedKey, certificate: Buffer): ParsedKey =>
  Object.create(key, {
    type: { value: keyType(certificate) as KeyType },
    getPublicSSH: { value: () => certificate },
  }) as ParsedKey;

/** Nothing for a kind that ssh2 cannot log in with (a security key). */
function heldKey(blob: Buffer): ParsedKey | undefined {
  const certificate = readCertificate(blob);
  const key = ssh2.utils.parseKey(certificate?.key ?? blob);
  if (key instanceof Error) return undefined;
  return certificate ? underCertificate(key, blob) : key;
}

const notUsable = (why: string, { path, agent }: { path: string; agent: string | undefined }): StepFailure =>
  new StepFailure('invalid', why, {
    next: agent
      ? `Add it to the agent at ${agent} (ssh-add ${path.replace(/\.pub$/, '')}), or name a private key without a passphrase.`
      : 'Name the agent that holds it, or a private key without a passphrase that only this process can read.',
  });
