import { percent, prometheus } from '../../activities/prometheus/contract.ts';
import { finding } from '../../workflows/index.ts';
import { ALERT, TOLERABLE, type Incident } from './incident.ts';

export interface Alarm {
  /** `high`: users feel it now; `tolerable`: they do not; `unknown`: nobody can tell. */
  readonly now: 'high' | 'tolerable' | 'unknown';
  /** One sentence for people. */
  readonly words: string;
}

/** Do users feel it now, and has this alert cried before? */
export async function isItReal({ namespace, service }: Incident): Promise<Alarm> {
  const [rate, alerts] = await Promise.all([
    prometheus.errorRate({ service, namespace }),
    prometheus.alerts({ alertname: ALERT, labels: { service, namespace } }),
  ]);
  const { fired } = alerts.state === 'known' ? alerts : alerts.seen;
  const before = fired.filter((f) => f.to !== undefined).length;
  const evidence = [
    alerts.state === 'known'
      ? `${ALERT} fired ${before} times in the week before`
      : `How often ${ALERT} fired in the week before is not known, ${before} times were seen: ${alerts.reason}`,
    `asked: ${rate.query}`,
  ];
  if (rate.state === 'unknown') {
    finding(`The error rate of ${service} is not known: ${rate.reason}`, { evidence });
    return { now: 'unknown', words: `The error rate of ${service} was not known (${rate.reason}).` };
  }
  const { ratio, totalPerSecond, ageSeconds } = rate;
  const requests = `${Number(totalPerSecond.toPrecision(3))} requests a second to ${service}`;
  finding(`${percent(ratio)} of ${requests} fail`, {
    evidence: [...evidence, `counted ${ageSeconds} s ago`],
  });
  return {
    now: ratio > TOLERABLE ? 'high' : 'tolerable',
    words: `When the run started, ${percent(ratio)} of ${requests} failed.`,
  };
}
