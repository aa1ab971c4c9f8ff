import { jaeger } from '../../activities/jaeger/contract.ts';
import { finding } from '../../workflows/index.ts';
import { seen, type Look, type Place } from './look.ts';

const CONTINUE = { onFailure: 'continue' } as const;
/** A part that takes less of a request than this is not what makes it slow. */
const MOST = 0.5;
const short = (ms: number): string => `${Number(ms.toPrecision(3))} ms`;

/** Which operations fail and which are slow in the traces that were kept, and what the time of the slowest one went to. */
export async function lookAtTraces({
  service,
  minutes,
}: Place): Promise<Look & { readonly mostIn: string | undefined }> {
  const notSeen: string[] = [];
  const asked = { service, since: `${minutes}m` };
  const [errors, slow] = await Promise.all([
    jaeger.errorsBy(asked, CONTINUE).then((a) => seen('failing operations', a, notSeen)),
    jaeger.slowest(asked, CONTINUE).then((a) => seen('slow operations', a, notSeen)),
  ]);
  const unknown = [errors, slow].find((a) => a?.state === 'unknown');
  if (unknown?.state === 'unknown') notSeen.push(`traces: ${unknown.reason}`);
  const words: string[] = [];
  const evidence: string[] = [];
  let mostIn: string | undefined;
  if (errors?.state === 'known') {
    const [worst] = errors.operations;
    words.push(
      worst
        ? `In traces ${worst.operation} fails most: ${worst.errors} of ${worst.count}${worst.message ? ` (${worst.message})` : ''}.`
        : `No error in ${errors.traces} traces.`,
    );
    evidence.push(
      ...errors.operations.map(
        (o) =>
          `${o.operation}: ${o.errors} of ${o.count} fail, ${o.before ? `${o.before.errors} of ${o.before.count}` : 'no trace of it'} an hour before; trace ${o.traceId}`,
      ),
    );
  }
  if (slow?.state === 'known' && slow.operations[0]) {
    const [slowest] = slow.operations;
    const before = slowest.before ? `, ${short(slowest.before.p95Ms)} an hour before` : '';
    words.push(`Slowest is ${slowest.operation}: 95 % take at most ${short(slowest.p95Ms)}${before}.`);
    const trace = seen(
      'the slowest trace',
      await jaeger.trace({ traceId: slowest.traceId }, CONTINUE),
      notSeen,
    );
    if (trace?.state === 'known') {
      const { service: where, operation, share } = trace.slowest;
      if (share >= MOST) mostIn = `${operation} of ${where}`;
      words.push(`${Math.round(share * 100)} % of the slowest one went to ${operation} of ${where}.`);
      evidence.push(
        `trace ${trace.traceId}: ${trace.criticalPath.map((p) => `${p.service} ${p.operation} ${short(p.selfMs)}`).join(', ')}`,
        ...(trace.complete ? [] : [`trace context was lost on the way to ${trace.orphans.join(', ')}`]),
      );
    }
  }
  const said = words.join(' ') || `There is no trace of ${service} to look at.`;
  finding(said, { evidence });
  return { words: said, notSeen, mostIn };
}
