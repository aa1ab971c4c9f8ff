/** A client of ssh-agent (draft-ietf-sshm-ssh-agent): which keys and certificates it holds, and signatures by them. */
import { connect } from 'node:net';
import { StepFailure } from '../../kit/index.ts';
import { uint32, WireReader, wireString } from './wire.ts';

export interface HeldKey {
  /** A public key or a certificate. */
  readonly blob: Buffer;
  readonly comment: string;
}

const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;
const SHA2_256 = 2;
const SHA2_512 = 4;
const LIMIT_MS = 10_000;
const MOST_BYTES = 256 * 1024;

export async function heldKeys(socket: string): Promise<HeldKey[]> {
  const answer = await ask(socket, Buffer.from([REQUEST_IDENTITIES]));
  if (answer.byte() !== IDENTITIES_ANSWER) throw refusal(socket, 'does not list its keys');
  return Array.from({ length: answer.uint32() }, () => ({ blob: answer.string(), comment: answer.text() }));
}

export interface ToSign {
  readonly blob: Buffer;
  readonly data: Buffer;
  /** For RSA: the hash of the signature. */
  readonly hash: 'sha256' | 'sha512' | undefined;
}

/** The bare signature, without its algorithm's name. */
export async function signWithAgent(socket: string, { blob, data, hash }: ToSign): Promise<Buffer> {
  const flags = hash === 'sha512' ? SHA2_512 : hash === 'sha256' ? SHA2_256 : 0;
  const answer = await ask(
    socket,
    Buffer.concat([Buffer.from([SIGN_REQUEST]), wireString(blob), wireString(data), uint32(flags)]),
  );
  if (answer.byte() !== SIGN_RESPONSE) {
    throw refusal(socket, 'does not sign: the key is locked, was removed, or wants somebody to confirm');
  }
  const signature = new WireReader(answer.string());
  signature.string();
  return signature.string();
}

function ask(socket: string, request: Buffer): Promise<WireReader> {
  return new Promise((resolve, reject) => {
    const stream = connect(socket);
    const fail = (why: string, cause?: unknown) => {
      stream.destroy();
      reject(refusal(socket, why, cause));
    };
    let answer = Buffer.alloc(0);
    stream.setTimeout(LIMIT_MS, () => fail(`does not answer within ${LIMIT_MS / 1000} s`));
    stream.on('error', (cause) => fail('cannot be reached', cause));
    stream.on('end', () => fail('ended the conversation'));
    stream.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length < 4) return;
      const length = answer.readUInt32BE();
      if (length > MOST_BYTES) return fail('answers with too much');
      if (answer.length < 4 + length) return;
      stream.destroy();
      resolve(new WireReader(answer.subarray(4, 4 + length)));
    });
    stream.write(wireString(request));
  });
}

const refusal = (socket: string, why: string, cause?: unknown): StepFailure =>
  new StepFailure('refused', `the SSH agent at ${socket} ${why}`, {
    next: 'Nothing was sent. Look with SSH_AUTH_SOCK=… ssh-add -l whether it runs and holds the key.',
    cause,
  });
