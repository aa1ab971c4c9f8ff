import type { ApiClient } from '../gateway/api-client.ts';
import { connect } from './connect/gateway.ts';
import type { Io } from './terminal/io.ts';

/** What every command is made with. */
export interface Context {
  readonly io: Io;
  /** The gateway's API; throws a CliFailure that says how to name a gateway. */
  readonly api: (options?: { readonly patienceMs?: number }) => Promise<ApiClient>;
}

export const createContext = (io: Io): Context => ({ io, api: (options) => connect(io.env, options) });

/** The end of a command's help: one line it is used with. */
export const example = (...lines: string[]): string =>
  `\nExample${lines.length > 1 ? 's' : ''}:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;
