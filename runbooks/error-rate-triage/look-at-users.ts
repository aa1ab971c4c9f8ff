import { percent, prometheus } from '../../activities/prometheus/contract.ts';
import { finding } from '../../workflows/index.ts';
import { chartLine } from '../analysis/chart-line.ts';
import { seen, type Look, type Place } from './look.ts';

const CONTINUE = { onFailure: 'continue' } as const;
/** Requests that take less are not slow, however much faster they were yesterday. */
const SLOW_SECONDS = 0.5;
const short = (value: number): string => String(Number(value.toPrecision(3)));

/** What users feel, beside the same time yesterday. */
export async function lookAtUsers({
  namespace,
  service,
}: Place): Promise<Look & { readonly slower: boolean; readonly pool: number | undefined }> {
  const notSeen: string[] = [];
  const of = { namespace, service };
  const [rate, latency, pool] = await Promise.all([
    prometheus.errorRate(of, CONTINUE).then((a) => seen('the error rate', a, notSeen)),
    prometheus.latencyQuantile(of, CONTINUE).then((a) => seen('the latency', a, notSeen)),
    prometheus
      .saturation({ ...of, of: 'connections' }, CONTINUE)
      .then((a) => seen('the connection pool', a, notSeen)),
  ]);
  const evidence: string[] = [];
  const beside = async (what: string, expr: string) => {
    const usual = seen(
      `${what}, yesterday`,
      await prometheus.compare(
        { expr, before: '1d', watch: 'higher', chart: `${what} of ${service}` },
        CONTINUE,
      ),
      notSeen,
    );
    if (usual?.verdict === 'unknown') notSeen.push(`whether ${what} is as usual: ${usual.reason}`);
    else if (usual) evidence.push(`${what}: ${usual.reason}`);
    evidence.push(...chartLine(usual?.chart));
    return usual?.verdict === 'fail';
  };
  const words: string[] = [];
  let slower = false;
  if (rate?.state === 'known') {
    words.push(
      `${percent(rate.ratio)} of ${short(rate.totalPerSecond)} requests a second to ${service} fail.`,
    );
    evidence.push(`asked: ${rate.query}`, `counted ${rate.ageSeconds} s ago`);
    await beside('the error rate', rate.query);
  } else if (rate) notSeen.push(`the error rate: ${rate.reason}`);
  if (latency?.state === 'known') {
    const more = await beside('the latency', latency.query);
    slower = more && latency.value >= SLOW_SECONDS;
    words.push(`95 % take at most ${short(latency.value)} s${more ? ', more than yesterday' : ''}.`);
  } else if (latency) notSeen.push(`the latency: ${latency.reason}`);
  if (pool?.state === 'known') {
    words.push(`${percent(pool.value)} of its connection pool are in use.`);
    evidence.push(`asked: ${pool.query} (${pool.exporter})`);
  } else if (pool) notSeen.push(`the connection pool: ${pool.reason}`);
  const said = words.join(' ') || `What users of ${service} feel is not known.`;
  finding(said, { evidence });
  return { words: said, notSeen, slower, pool: pool?.state === 'known' ? pool.value : undefined };
}
