import { alerts } from '../../activities/alerts/contract.ts';
import { finding, trigger } from '../../workflows/index.ts';
import { firedBefore } from '../analysis/fired-before.ts';
import { seen, type Look, type Place } from './look.ts';

const CONTINUE = { onFailure: 'continue' } as const;
const SINCE = '7d';

/** How often this alert came before, for how long, and what became of it: the same every night, or the first of its kind. */
export async function lookAtAlerts({ namespace, service }: Place): Promise<Look> {
  const notSeen: string[] = [];
  const asking = trigger();
  const { alert } = asking;
  const history = seen(
    'how often it fired before',
    await alerts.history(
      { ...(alert !== undefined && { name: alert }), labels: { namespace, service }, since: SINCE },
      CONTINUE,
    ),
    notSeen,
  );
  if (history?.state === 'unknown') notSeen.push(`how often it fired before: ${history.reason}`);
  if (history?.state !== 'known') return { words: 'How often it fired before is not known.', notSeen };
  const name = alert ?? `Alerts of ${service}`;
  const { words, evidence } = firedBefore(history, { name, since: SINCE, asking });
  finding(words, { evidence });
  return { words, notSeen };
}
