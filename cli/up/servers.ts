import { freePort, isListening } from '../../embedded/ports.ts';
import { startPostgres } from '../../embedded/postgres.ts';
import { supervise, type SuperviseEvent, type Supervised } from '../../embedded/supervise.ts';
import { startTemporalServer } from '../../embedded/temporal-server.ts';
import type { Detail } from '../terminal/progress.ts';
import type { StateFiles } from './state-files.ts';

export interface Server {
  /** `host:port` of Temporal, or the URL of PostgreSQL. */
  readonly address: string;
  readonly supervised: Supervised;
}

interface Starting {
  readonly files: StateFiles;
  readonly onEvent: (event: SuperviseEvent) => void;
}

/** The wished-for port where it is free, else any. */
export const preferredPort = async (wished: number): Promise<number> =>
  (await isListening(wished)) ? freePort() : wished;

export async function superviseTemporal({
  files,
  onEvent,
  detail,
  port: wished,
}: Starting & { detail: Detail; port?: number | undefined }): Promise<Server & { uiUrl: string }> {
  const port = wished ?? (await preferredPort(7233));
  const uiPort = await preferredPort(8233);
  const supervised = await supervise({
    name: 'Temporal',
    onEvent,
    start: async () => {
      const server = await startTemporalServer({
        folder: files.temporal,
        port,
        uiPort,
        onProgress: (event) => detail(`${event.name}: ${event.phase} ${event.detail}`),
      });
      return server.process;
    },
  });
  return { address: `127.0.0.1:${port}`, uiUrl: `http://127.0.0.1:${uiPort}`, supervised };
}

export async function supervisePostgres({ files, onEvent }: Starting): Promise<Server> {
  const port = await preferredPort(5432);
  let address = '';
  const supervised = await supervise({
    name: 'PostgreSQL',
    onEvent,
    start: async () => {
      const server = await startPostgres({ folder: files.postgres, port });
      address = server.url;
      return server.process;
    },
  });
  return { address, supervised };
}
