/**
 * What runbooks ask of the alerts that this deployment received. It knows what was sent to it and nothing else: an alert
 * that never came is `unknown`, not one that never fired.
 */
import { z } from 'zod';
import { defineSteps, read, Window } from '../kit/index.ts';

const Label = z.string().min(1).max(200);
const Labels = z.record(Label, z.string().max(4_000));

/** Which alerts, and how far back. */
export const HistoryQuestion = z
  .object({
    name: Label.optional(),
    /** An alert with others beside these fits as well. */
    labels: Labels.default({}),
    /** As the alert's source tells its series apart. */
    fingerprint: Label.optional(),
    since: Window.default('7d'),
    /** A series flaps when it began to fire so often in that time. */
    flaps: z
      .object({ times: z.number().int().min(2).max(100).default(3), within: Window.default('1h') })
      .prefault({}),
  })
  .refine(
    ({ name, labels, fingerprint }) =>
      name !== undefined || fingerprint !== undefined || Object.keys(labels).length > 0,
    { error: 'name the alert, its fingerprint or one of its labels', path: ['name'] },
  );

const Fired = z.object({
  name: z.string(),
  source: z.string(),
  fingerprint: z.string(),
  labels: z.record(z.string(), z.string()),
  from: z.iso.datetime(),
  /** Absent while it fires, and where nobody said when it ended. */
  to: z.iso.datetime().optional(),
  /** `firing`: no end was received; it fires still, or its end never came. `end-unknown`: none was, and it fires anew since. */
  state: z.enum(['firing', 'ended', 'end-unknown']),
  /** How long it fired; where no end was received the time until now, and null where it fires anew since. */
  seconds: z.number().nullable(),
  /** What became of it; runs in shadow, which only try, are left out. */
  runs: z.array(
    z.object({
      run: z.string(),
      runbook: z.string(),
      /** `new`, `joined`, `queued`, ... */
      effect: z.string(),
      /** As `nightshift runs` shows it; null while the run is open. */
      outcome: z.string().nullable(),
    }),
  ),
});

export const AlertHistory = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('known'),
    /** What was looked at: the time that was asked for, or since this deployment received its first alert. */
    from: z.iso.datetime(),
    until: z.iso.datetime(),
    /** How often such alerts fired in that time; one that began before and lasted into it counts. 0 is an answer. */
    times: z.number().int(),
    /** Of how many no end was received: they fire still, or their ends never came. */
    firing: z.number().int(),
    /** When the earliest of those began; null where there is none. */
    firingSince: z.iso.datetime().nullable(),
    /** Of those whose end was received; null where none was. */
    medianSeconds: z.number().nullable(),
    longestSeconds: z.number().nullable(),
    flapping: z.object({
      flaps: z.boolean(),
      /** How often the busiest series began to fire in the last `flaps.within`, and in the worst such time. */
      lately: z.number().int(),
      atWorst: z.number().int(),
      reason: z.string(),
    }),
    /** How the runs that they started or joined ended, by outcome; `open` are those that have not. */
    outcomes: z.record(z.string(), z.number().int()),
    /** The newest 50, newest first. */
    fired: z.array(Fired),
    /** True when there were more than 1,000: the numbers are those of the newest. */
    truncated: z.boolean(),
  }),
  z.object({ state: z.literal('unknown'), why: z.literal('never-received'), reason: z.string() }),
]);
export type AlertHistory = z.output<typeof AlertHistory>;

export const alerts = defineSteps('alerts', {
  history: read({
    description:
      'How often an alert fired, for how long each time, whether it flaps, and how the runs that it started ended: from the alerts that this deployment received.',
    as: 'nightshift alert history HighErrorRate --label service=payments --since 7d',
    input: HistoryQuestion,
    output: AlertHistory,
    summary: (i) =>
      `history of ${[i.name ?? i.fingerprint ?? 'alerts', ...Object.entries(i.labels).map(([label, value]) => `${label}=${value}`)].join(' ')}, ${i.since}`,
  }),
});
