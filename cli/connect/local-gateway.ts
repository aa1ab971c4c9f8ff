import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** `local.json` in the state directory, readable by its owner only: what `nightshift up` leaves for the other commands. */
export const LocalGateway = z.object({
  url: z.string(),
  token: z.string(),
  person: z.string(),
  deployment: z.string(),
  startedAt: z.string(),
  /** The process of `up`, told apart from a later one with the same pid. */
  owner: z.object({ pid: z.number().int(), startTime: z.string().optional() }),
  /** `nightshift.config.json` that the children were started with. */
  config: z.string(),
  databaseUrl: z.string(),
  temporalAddress: z.string(),
  keysDir: z.string(),
  witness: z.string(),
  /** Folder of the tickets, and the secret of the webhook for alerts. */
  tickets: z.string(),
  webhookTokenFile: z.string(),
  temporalUi: z.string().optional(),
  /** `lab.json`. */
  lab: z.string().optional(),
});
export type LocalGateway = z.output<typeof LocalGateway>;

export const localFile = (stateDirectory: string): string => join(stateDirectory, 'local.json');

/** What `up` left, or undefined when nothing runs (or ran) here. Throws when the file is not what `up` writes. */
export async function readLocal(stateDirectory: string): Promise<LocalGateway | undefined> {
  const file = localFile(stateDirectory);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const parsed = LocalGateway.safeParse(parseJson(text));
  if (!parsed.success) throw new Error(`${file} is not what "nightshift up" writes; start it again`);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
