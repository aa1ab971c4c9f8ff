/**
 * A secret is configured by reference and read when it is needed. Printing, inspecting or serialising one shows where
 * it comes from, never what it is.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { z } from 'zod';
import { httpUrl } from './http-url.ts';

const HOW =
  'write secret.env("NAME"), secret.file("path") or secret.command(["program", "argument"]); in JSON {"env": "NAME"}, {"file": "path"} or {"command": ["program", "argument"]}';

/** A command is asked again after so long; until then its answer counts. */
const FRESH_MS = 5 * 60_000;
/** A command that failed is not asked again for so long: the process stands still while it is asked. */
const FAILED_MS = 30_000;
/** Longer than this is taken for a command that asks somebody. */
const PATIENCE_MS = 5_000;

export const SecretReference = z.union(
  [
    z.strictObject({ env: z.string().min(1) }),
    z.strictObject({ file: z.string().min(1) }),
    z.strictObject({ command: z.array(z.string()).min(1) }),
    z.strictObject({ literal: z.string().min(1) }),
  ],
  { error: HOW },
);
export type SecretReference = z.output<typeof SecretReference>;

export class Secret {
  readonly #reference: SecretReference;
  #answer: string | undefined;
  #problem = 'was not asked';
  #askAt = 0;

  constructor(reference: SecretReference) {
    this.#reference = reference;
  }

  get isLiteral(): boolean {
    return 'literal' in this.#reference;
  }

  /** The file it is read from, or nothing. */
  get file(): string | undefined {
    return 'file' in this.#reference ? this.#reference.file : undefined;
  }

  /**
   * The secret itself, read now: a rotated file counts at once, what a command says after five minutes at most, and
   * while the command fails what it said before counts on. A trailing line break is not part of it.
   * Throws an Error that names the reference when there is nothing behind it.
   */
  reveal(): string {
    const value = this.#read();
    if (value === '') throw new Error(`${String(this)} is empty; put the secret there`);
    return value;
  }

  #read(): string {
    const reference = this.#reference;
    if ('literal' in reference) return reference.literal;
    if ('env' in reference) {
      const value = process.env[reference.env];
      if (value === undefined) throw new Error(`${String(this)} is not set; export it before starting`);
      return value;
    }
    if ('command' in reference) return this.#lastOf(reference.command);
    try {
      return readFileSync(reference.file, 'utf8').replace(/\r?\n$/, '');
    } catch (cause) {
      throw new Error(`${String(this)} cannot be read; create it, readable for this user`, { cause });
    }
  }

  /** What the command said last, even where it fails now: a secret that may be rotated is better than none. */
  #lastOf(command: readonly string[]): string {
    if (performance.now() >= this.#askAt) this.#ask(command);
    if (this.#answer !== undefined) return this.#answer;
    throw new Error(`${String(this)} ${this.#problem}; run it as the user of this process`);
  }

  /** Without a shell. What it says on standard error is not shown: it may be part of the secret. */
  #ask([program = '', ...args]: readonly string[]): void {
    try {
      const text = execFileSync(program, args, {
        encoding: 'utf8',
        maxBuffer: 1024 * 1024,
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: PATIENCE_MS,
        // Another signal could be caught, and this process would wait on.
        killSignal: 'SIGKILL',
      }).replace(/\r?\n$/, '');
      if (text !== '') this.#answer = text;
      this.#problem = 'is empty';
      this.#askAt = performance.now() + (text === '' ? FAILED_MS : FRESH_MS);
    } catch (error) {
      // The error of Node holds what the command printed.
      this.#problem = whatWentWrong(error);
      this.#askAt = performance.now() + FAILED_MS;
    }
  }

  toString(): string {
    const reference = this.#reference;
    if ('command' in reference) return `[secret from the command ${reference.command[0]}]`;
    if ('env' in reference) return `[secret from the environment variable ${reference.env}]`;
    if ('file' in reference) return `[secret from the file ${reference.file}]`;
    return '[secret]';
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

function whatWentWrong(error: unknown): string {
  const { code, status, signal } = error as { code?: unknown; status?: unknown; signal?: unknown };
  if (code === 'ENOENT') return 'is not there';
  if (code === 'ETIMEDOUT') return `did not end within ${PATIENCE_MS / 1000} s`;
  if (typeof status === 'number') return `ended with code ${status}`;
  return `could not be run (${typeof code === 'string' ? code : typeof signal === 'string' ? signal : 'unknown'})`;
}

/** Where a secret comes from. `literal` is for development deployments; others refuse it. */
export const secret = {
  env: (name: string): Secret => new Secret({ env: name }),
  file: (path: string): Secret => new Secret({ file: path }),
  /** What the program prints, run without a shell: `secret.command(['vault', 'read', '-field=token', 'kv/slack'])`. */
  command: (argv: readonly string[]): Secret => new Secret({ command: [...argv] }),
  literal: (value: string): Secret => new Secret({ literal: value }),
};

/** A secret in the configuration. */
export const SecretField = z.union([z.instanceof(Secret), SecretReference.transform((r) => new Secret(r))], {
  error: HOW,
});

const WebhookAddress = httpUrl({
  example: 'https://example.com/hook',
  credentials: 'its path, and the whole address into secret.env("NAME")',
});

/** Of a webhook: whoever knows the address of some may write to them. */
export const AddressOrSecret = z.union([WebhookAddress, SecretField], {
  error: 'write an http or https address, or secret.env("NAME") where the address is the secret',
});

/** The address itself, read now: a rotated one counts at once. */
export const addressOf = (address: string | Secret): string =>
  address instanceof Secret ? address.reveal() : address;
