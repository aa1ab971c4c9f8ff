import { directories } from '../../embedded/paths.ts';
import { createApiClient, type ApiClient } from '../../gateway/api-client.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import type { Io } from '../terminal/io.ts';
import { readLocal } from './local-gateway.ts';

export interface Connection {
  readonly url: string;
  readonly token: string;
}

/** Where the gateway is and who asks: NIGHTSHIFT_URL and NIGHTSHIFT_TOKEN, or what `nightshift up` left on this machine. */
export async function findGateway(env: Io['env']): Promise<Connection> {
  const url = env['NIGHTSHIFT_URL'];
  const token = env['NIGHTSHIFT_TOKEN'];
  if (url) {
    if (!URL.canParse(url)) {
      throw new CliFailure(EXIT.usage, `NIGHTSHIFT_URL is "${url}", which is no address`, {
        next: 'write it like https://nightshift.example.com',
      });
    }
    if (!token) {
      throw new CliFailure(EXIT.usage, 'NIGHTSHIFT_URL is set and NIGHTSHIFT_TOKEN is not', {
        next: 'set NIGHTSHIFT_TOKEN to a token of that gateway ("nightshift token create" there)',
      });
    }
    return { url, token };
  }
  const local = await readLocal(directories(env).state);
  if (!local) {
    throw new CliFailure(EXIT.unreachable, 'no gateway is known here', {
      next: 'start one with "nightshift up", or set NIGHTSHIFT_URL and NIGHTSHIFT_TOKEN',
    });
  }
  return { url: local.url, token: token ?? local.token };
}

export const connect = async (
  env: Io['env'],
  options: { readonly patienceMs?: number } = {},
): Promise<ApiClient> => createApiClient({ ...(await findGateway(env)), ...options });
