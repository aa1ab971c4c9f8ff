/** How the engine calls the worker: as local activities where that is safe and quick, as ordinary ones otherwise. */
import { scheduleActivity, scheduleLocalActivity } from '@temporalio/workflow';
import { activityType, type EngineActivities, type PlanRequest } from './engine-activities.ts';
import { CHANGE_TASK_QUEUE } from './messages.ts';

/** Kinds of StepFailure that trying again cannot help. */
export const FINAL_KINDS = ['conflict', 'refused', 'invalid', 'unknown-outcome'];

/** The ledger and the worker come back; a run waits for them rather than fail. */
const PATIENT = {
  initialInterval: '200ms',
  backoffCoefficient: 2,
  maximumInterval: '10s',
  nonRetryableErrorTypes: FINAL_KINDS,
} as const;

type Keys = keyof EngineActivities;

export const ordinary: EngineActivities = proxy((key, args) =>
  scheduleActivity(activityType.engine(key), args, {
    startToCloseTimeout: '20s',
    retry: PATIENT,
    ...(key === 'plan' ? { ...PLANNING, ...planningLimit(args[0] as PlanRequest) } : {}),
    ...(key === 'lookWhatIsDone'
      ? { ...PLANNING, startToCloseTimeout: '5m', summary: 'look what is done' }
      : {}),
  }),
);

export const local: Pick<EngineActivities, 'verifyStart' | 'verifyDecision'> = proxy((key, args) =>
  scheduleLocalActivity(activityType.engine(key), args, { startToCloseTimeout: '5s', retry: PATIENT }),
);

/** Planning writes nothing but needs the change worker's credentials for its dry runs; its failures are shown to a person soon. */
const PLANNING = {
  taskQueue: CHANGE_TASK_QUEUE,
  // Beside it every change has a limit of its own, in the worker.
  heartbeatTimeout: '30s',
  retry: { ...PATIENT, maximumAttempts: 4 },
  summary: 'plan',
} as const;

/** A minute for the first change, five seconds for each that follows: they are planned one after the other. */
const planningLimit = ({ changes, putBacks }: PlanRequest) => ({
  startToCloseTimeout: 60_000 + 5_000 * Math.max(0, changes.length + putBacks.length - 1),
});

export const READ_RETRY = {
  initialInterval: '300ms',
  backoffCoefficient: 2,
  maximumInterval: '5s',
  maximumAttempts: 4,
  nonRetryableErrorTypes: FINAL_KINDS,
} as const;

function proxy(call: (key: Keys, args: unknown[]) => Promise<unknown>): EngineActivities {
  return new Proxy({} as EngineActivities, {
    get:
      (_, key) =>
      (...args: unknown[]) =>
        call(key as Keys, args),
  });
}
