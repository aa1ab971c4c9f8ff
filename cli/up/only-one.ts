import { isAlive } from '../../embedded/liveness.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import { readLocal } from '../connect/local-gateway.ts';

/** Throws when another `up` runs on this state directory. */
export async function assertNotRunning(stateDirectory: string): Promise<void> {
  const local = await readLocal(stateDirectory).catch(() => undefined);
  if (!local) return;
  const { pid, startTime } = local.owner;
  if (!(await isAlive({ pid, startTime }))) return;
  throw new CliFailure(
    EXIT.refused,
    `nightshift runs here already (process ${pid}, since ${local.startedAt}) at ${local.url}`,
    {
      next: `use it ("nightshift runs"), end it with Ctrl-C or "kill ${pid}", or set NIGHTSHIFT_HOME to another folder`,
    },
  );
}
