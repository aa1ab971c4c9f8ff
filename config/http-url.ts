import { z } from 'zod';

interface Words {
  /** An address as it may be written; shown where another text stands. */
  readonly example: string;
  /** Where user, password or token of that system go: `` `token` ``; none go with an address that people open. */
  readonly credentials?: string | undefined;
}

/**
 * An http or https address without user and password: addresses are shown in links, errors and the record, and fetch
 * takes none that carries them.
 */
export const httpUrl = ({ example, credentials }: Words) =>
  z
    .url({ protocol: /^https?$/, error: `write an http or https address like "${example}"`, abort: true })
    .refine(carriesNobody, {
      error: `write the address without user and password; ${credentials === undefined ? 'people sign in there' : `credentials go into ${credentials}`}`,
    });

function carriesNobody(address: string): boolean {
  const { username, password } = new URL(address);
  return username === '' && password === '';
}
