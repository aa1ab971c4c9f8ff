/** What steps send to a cluster and a host that say yes, and whether one text is in it where another was. */
import { execFileSync } from 'node:child_process';
import { createHostsSteps } from '../../../activities/hosts/steps.ts';
import { StepFailure, type ImplementedStep } from '../../../activities/kit/index.ts';
import { createKubernetesSteps } from '../../../activities/kubernetes/steps.ts';
import { applyContext, callContext, planContext } from '../../activities/hosts/called.ts';
import { startScriptedCluster } from './scripted-cluster.ts';
import { scriptedHost } from './scripted-host.ts';

/** Requests and command lines, as text that can be compared. */
export type Sent = readonly string[];

const OPERATION = 'test/run/1/change-0';

export async function startRig() {
  const cluster = await startScriptedCluster();
  const host = scriptedHost();
  const { client } = cluster;
  const made = [
    ...createKubernetesSteps({ read: client, change: client }),
    ...createHostsSteps({ ssh: { read: host.ssh, change: host.ssh }, serviceRouting: async () => [] }),
  ];
  return {
    cluster,
    host,
    steps: new Map(made.map((step) => [step.contract.name, step])),
    stop: () => cluster.stop(),

    /** What a read sends when it is called; a change, when it is planned and carried out. The input has to fit. */
    async sentBy(step: ImplementedStep, raw: unknown, text: string): Promise<Sent> {
      cluster.text = text;
      cluster.asked.length = 0;
      host.lines.length = 0;
      const input = step.contract.input.parse(raw);
      const { signal } = (cluster.enough = new AbortController());
      // A busy machine may take its time: what is not sent for want of it would be missed.
      const limits = callContext({ withinMs: 600_000 });
      try {
        if ('run' in step) await step.run(input, { ...limits, signal });
        else {
          const { preconditions } = await step.implementation.plan(input, {
            ...{ ...planContext(OPERATION), ...limits },
            signal,
          });
          const context = { ...applyContext(OPERATION), ...limits, signal };
          await step.implementation.apply(input, preconditions, context);
        }
      } catch (error) {
        // That it cannot be done here is an answer; what was sent until then counts.
        if (!(error instanceof StepFailure) && !signal.aborted) throw error;
      }
      const words = asTheShellReads(host.lines);
      return [...cluster.asked, ...words].map((one) => JSON.stringify(forms(one, text)));
    },
  };
}

/** The words of each command line, from a real shell. */
function asTheShellReads(lines: readonly string[]): string[][] {
  if (lines.length === 0) return [];
  const script = lines.map((line) => `show ${line}\n`).join('');
  const read = execFileSync('/bin/sh', ['-s'], {
    input: `show() { printf '%s\\0' "$@"; printf '\\0'; }\n${script}`,
    encoding: 'utf8',
  });
  return read
    .split('\0\0')
    .slice(0, -1)
    .map((line) => line.split('\0'));
}

/** The value with the text taken out wherever it stands, in the forms in which it may; without times and checksums. */
export function forms(value: unknown, text: string): unknown {
  if (Array.isArray(value)) return value.map((one) => forms(one, text));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, field]) => [forms(key, text), forms(field, text)]),
    );
  if (typeof value !== 'string') return value;
  const base64 = Buffer.from(text).toString('base64').replaceAll('=', '.');
  if (value === base64) return '<the text in base64>';
  return value
    .replaceAll(text, '<the text>')
    .replaceAll(JSON.stringify(text).slice(1, -1), '<the text>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/\b[0-9a-f]{64}\b/g, '<checksum>')
    .replace(/^\d{10}$/, '<expires>');
}
