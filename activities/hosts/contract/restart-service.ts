import { z } from 'zod';
import { change } from '../../kit/index.ts';
import { HostName, Time, UnitName } from './names.ts';

/**
 * Which running of the service is to be ended: one invocation; or, where it restarts by itself again and again so that
 * no invocation lasts until the answer, "still the same crash loop" (a restart by hand sets the count back to 0).
 */
const Running = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('invocation'), id: z.string() }),
  z.object({ kind: z.literal('crash-loop'), restartsAtLeast: z.number().int() }),
]);

export const restartService = change({
  description: 'Restarts a service and says which process runs afterwards.',
  as: 'systemctl restart UNIT',
  risk: 'disruptive',
  input: z.object({ host: HostName, unit: UnitName }),
  output: z.object({
    /** By the host's clock; what kubeProxySynced takes as `since`. */
    startedAt: Time,
    invocationId: z.string().nullable(),
    mainPid: z.number().int().nullable(),
    activeState: z.string(),
  }),
  preconditions: z.object({ hostKey: z.string(), bootId: z.string(), running: Running }),
  preimage: z.object({}),
  timeout: '90s',
  target: ({ host }) => `host/${host}`,
  summary: ({ host, unit }) => `Restart ${unit} on ${host}`,
});
