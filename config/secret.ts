/**
 * A secret is configured by reference and read when it is needed. Printing, inspecting or serialising one shows where
 * it comes from, never what it is.
 */
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { z } from 'zod';

export const SecretReference = z.union(
  [
    z.strictObject({ env: z.string().min(1) }),
    z.strictObject({ file: z.string().min(1) }),
    z.strictObject({ literal: z.string().min(1) }),
  ],
  { error: 'write secret.env("NAME") or secret.file("path"); in JSON {"env": "NAME"} or {"file": "path"}' },
);
export type SecretReference = z.output<typeof SecretReference>;

export class Secret {
  readonly #reference: SecretReference;

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
   * The secret itself, read now (a rotated file counts at once); a trailing line break is not part of it.
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
    try {
      return readFileSync(reference.file, 'utf8').replace(/\r?\n$/, '');
    } catch (cause) {
      throw new Error(`${String(this)} cannot be read; create it, readable for this user`, { cause });
    }
  }

  toString(): string {
    const reference = this.#reference;
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

/** Where a secret comes from. `literal` is for development deployments; others refuse it. */
export const secret = {
  env: (name: string): Secret => new Secret({ env: name }),
  file: (path: string): Secret => new Secret({ file: path }),
  literal: (value: string): Secret => new Secret({ literal: value }),
};

/** A secret in the configuration. */
export const SecretField = z.union([z.instanceof(Secret), SecretReference.transform((r) => new Secret(r))], {
  error: 'write secret.env("NAME") or secret.file("path"); in JSON {"env": "NAME"} or {"file": "path"}',
});
