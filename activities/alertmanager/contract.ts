/** What runbooks do at Alertmanager: keep alerts quiet while they work, never without an end, and no longer than they work. */
import { z } from 'zod';
import { change, defineSteps, read, Verdict, Window, windowSeconds } from '../kit/index.ts';
import { AlertSelection, selectionText, type Selected } from './contract/matchers.ts';

const SHORTEST_SECONDS = 60;
const LONGEST_SECONDS = 7 * 86_400;

const target = (selected: Selected) => `alerts/${selectionText(selected)}`;

export const alertmanager = defineSteps('alertmanager', {
  silence: change({
    description:
      'Keeps alerts quiet for a time. What is silenced reaches nobody, nightshift included: neither that it fires nor that it is over. Name `unsilence` as its put-back; without one the silence lasts for its whole time, and is listed as left for as long.',
    as: 'amtool silence add alertname=HighErrorRate service=shop --duration=1h --comment="..."',
    risk: 'reversible',
    temporary: true,
    input: z.object({
      ...AlertSelection,
      /** When it ends in any case, as Prometheus writes times: `30m`, `2h`; from a minute to a week. */
      for: Window.refine((window) => {
        const seconds = windowSeconds(window);
        return seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS;
      }, 'write a time from 1m to 7d'),
      /** Shown with the silence; the plan's title where it is left out. */
      reason: z.string().min(1).max(500).optional(),
    }),
    output: z.object({ id: z.string(), endsAt: z.iso.datetime() }),
    preconditions: z.object({}),
    preimage: z.object({}),
    target,
    summary: (i) => `Silence ${selectionText(i)} for ${i.for}`,
    endsAfter: (i) => `${windowSeconds(i.for)}s`,
  }),
  unsilence: change({
    description:
      'Ends the silences of these alerts that this run has made, or an earlier change of the same plan will have made. A silence of somebody else stays, and so does one whose comment somebody has rewritten.',
    as: 'amtool silence expire SILENCE',
    risk: 'reversible',
    input: z.object({ ...AlertSelection }),
    output: z.object({
      /** The silences that were ended; none where they were over already. */
      ended: z.array(z.string()),
    }),
    preconditions: z.object({
      /** The operations whose silences end. */
      silencedBy: z.array(z.string()),
    }),
    preimage: z.object({}),
    target,
    summary: (i) => `End the silence of ${selectionText(i)}`,
  }),
  ready: read({
    description:
      'Whether Alertmanager takes requests and has settled with its peers: the check of a put-back that ends a silence whatever the alerts do.',
    as: 'curl ALERTMANAGER/api/v2/status',
    input: z.object({}),
    output: Verdict,
    summary: () => 'whether Alertmanager is ready',
  }),
});
