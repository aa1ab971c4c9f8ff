import { loadConfig, ConfigError, type Config } from '../../config/index.ts';
import { isListening } from '../../embedded/ports.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import type { Io } from '../terminal/io.ts';
import { localPerson, type LocalPerson } from './local-config.ts';
import { preferredPort } from './servers.ts';
import type { StateFiles } from './state-files.ts';

/** What `up` is going to start, settled before it starts anything. */
export interface DeploymentPlan {
  readonly deployment: string;
  readonly person: LocalPerson;
  readonly gatewayPort: number;
  readonly keysDir: string;
  readonly witness: string;
  readonly tickets: string | undefined;
  /** The person's own configuration file; without it one is written. */
  readonly configFile: string | undefined;
  /** Servers that exist already; the embedded ones are started where this is undefined. */
  readonly databaseUrl: string | undefined;
  readonly temporalAddress: string | undefined;
  /** For an embedded Temporal that a configuration expects at a certain port. */
  readonly temporalPort: number | undefined;
}

/** DATABASE_URL and TEMPORAL_ADDRESS replace the embedded servers; so does a configuration whose servers answer. */
export async function planDeployment(
  io: Io,
  { files, configFile }: { files: StateFiles; configFile: string | undefined },
): Promise<DeploymentPlan> {
  const databaseUrl = io.env['DATABASE_URL'] || undefined;
  const temporalAddress = io.env['TEMPORAL_ADDRESS'] || undefined;
  if (configFile === undefined) {
    return {
      deployment: 'local',
      person: localPerson(),
      gatewayPort: await preferredPort(7070),
      keysDir: files.keys,
      witness: files.witness,
      tickets: files.tickets,
      configFile,
      databaseUrl,
      temporalAddress,
      temporalPort: undefined,
    };
  }
  const config = await load(configFile);
  const [host, port] = config.temporal.address.split(':');
  const expected = Number(port ?? 7233);
  const answers = !/^(127\.0\.0\.1|localhost)$/.test(host ?? '') || (await isListening(expected));
  return {
    deployment: config.deployment,
    person: personOf(config, configFile),
    gatewayPort: config.gateway.port || (await preferredPort(7070)),
    keysDir: config.keysDir,
    witness: config.witness.file,
    tickets: config.tickets?.folder,
    configFile,
    databaseUrl: databaseUrl ?? revealed(config),
    temporalAddress: answers ? config.temporal.address : undefined,
    temporalPort: expected,
  };
}

async function load(configFile: string): Promise<Config> {
  try {
    return await loadConfig(configFile);
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    throw new CliFailure(EXIT.usage, cause.message, {
      cause,
      next: 'correct the configuration; nothing was started',
    });
  }
}

/** A database secret that names DATABASE_URL has nothing behind it until the embedded server runs. */
function revealed({ database }: Config): string | undefined {
  try {
    return database.url.reveal();
  } catch {
    return undefined;
  }
}

function personOf({ people }: Config, file: string): LocalPerson {
  const wished = localPerson().id;
  const id = Object.hasOwn(people, wished) ? wished : Object.keys(people)[0];
  const person = id === undefined ? undefined : people[id];
  if (id !== undefined && person) return { id, ...person };
  throw new CliFailure(EXIT.usage, `${file} configures no people, so nobody could answer a question`, {
    next: `add yourself: people: { ${wished}: { name: "...", roles: ["payments-oncall"] } }`,
  });
}
