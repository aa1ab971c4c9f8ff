/**
 * B1: from the POST of an alert to the first change that the API server shows. nightshift takes the alert, plans, has
 * the plan granted by policy and carries it out; its peer is the least that Temporal allows: a webhook that starts a
 * workflow of one activity that patches.
 */
import { randomUUID } from 'node:crypto';
import type { Nightshift } from './house/nightshift.ts';
import type { Nodes } from './house/nodes.ts';
import type { Plan } from './measure/alternate.ts';
import { besidePeer } from './measure/beside-peer.ts';
import type { Comparison } from './measure/compare.ts';
import { createPoster } from './measure/post.ts';
import { budget, cut, type Stage } from './measure/stages.ts';
import type { Spread } from './measure/statistics.ts';
import type { Trace } from './measure/trace.ts';
import type { Peer } from './peer/peer.ts';

export interface AlertToChange extends Comparison {
  readonly nightshiftMs: Spread;
  readonly peerMs: Spread;
  readonly nightshiftStages: readonly Stage[];
  readonly peerStages: readonly Stage[];
}

/** What both have, by the same name. */
export const SHARED = {
  http: 'HTTP: take the POST',
  temporal: 'Temporal: start to first code',
  write: 'write, until seen',
};

export async function alertToChange(
  o: { nightshift: Nightshift; peer: Peer; nodes: Nodes; trace: Trace },
  plan: Plan,
): Promise<AlertToChange> {
  const { nightshift, peer, nodes, trace } = o;
  const gateway = await nightshift.gateway();
  const { post, close } = createPoster();

  const oursOn = async (node: string): Promise<Stage[]> => {
    const seen = nodes.cordoned(node);
    trace.begin();
    const from = performance.now();
    const { alerts } = (await post(gateway.alertUrl, alertmanagerPayload(node), gateway.token)) as {
      alerts?: { runs: { workflowId: string }[] }[];
    };
    const until = await seen;
    const workflowId = alerts?.[0]?.runs[0]?.workflowId;
    if (!workflowId) throw new Error('the alert started no run');
    const stages = nightshiftStages(trace, from, until);
    await nightshift.ended(workflowId);
    await nodes.reset(node);
    return stages;
  };
  const theirsOn = async (node: string): Promise<Stage[]> => {
    const seen = nodes.cordoned(node);
    trace.begin();
    const from = performance.now();
    await post(peer.webhookUrl, { ...alertmanagerPayload(node), node });
    const stages = peerStages(trace, from, await seen);
    await peer.settled();
    await nodes.reset(node);
    return stages;
  };

  try {
    const { comparison, ourRuns, peerRuns } = await besidePeer(
      { nodes: nodes.names, ours: oursOn, theirs: theirsOn },
      plan,
    );
    return { ...comparison, nightshiftStages: budget(ourRuns), peerStages: budget(peerRuns) };
  } finally {
    await close();
    await gateway.stop();
  }
}

function nightshiftStages(trace: Trace, from: number, seen: number): Stage[] {
  const dispatched = trace.at('temporal.start');
  // The ledger's notice of the commit can arrive before the answer to it.
  const durable = Math.min(trace.at('ledger.receiveAlert.end'), dispatched);
  return cut(from, [
    { name: SHARED.http, until: trace.at('ledger.receiveAlert') },
    { name: 'ledger: alert and run durable', until: durable },
    { name: 'dispatch: taken from the ledger, signed', until: dispatched },
    { name: SHARED.temporal, until: trace.at('signature', 0) },
    { name: 'start verified; Temporal: to the plan', until: trace.at('signature', 1) },
    { name: 'plan: look, dry run', until: trace.at('step.plan.end') },
    { name: 'policy asked; Temporal: to the change', until: trace.at('signature', 2) },
    { name: 'grant checked', until: trace.at('ledger.beginIntent') },
    { name: 'ledger: intent durable', until: trace.at('ledger.beginIntent.end') },
    { name: 'apply: preconditions looked at again', until: trace.at('api.patch', 1) },
    { name: SHARED.write, until: seen },
  ]);
}

function peerStages(trace: Trace, from: number, seen: number): Stage[] {
  return cut(from, [
    { name: SHARED.http, until: trace.at('peer.start') },
    { name: SHARED.temporal, until: trace.at('peer.activity') },
    { name: SHARED.write, until: seen },
  ]);
}

/** As Alertmanager 0.25 sends it. */
function alertmanagerPayload(node: string) {
  const labels = { alertname: 'NodeSick', severity: 'critical', node, incident: randomUUID() };
  return {
    version: '4',
    groupKey: '{}:{alertname="NodeSick"}',
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'nightshift',
    groupLabels: { alertname: 'NodeSick' },
    commonLabels: labels,
    commonAnnotations: {},
    externalURL: 'http://127.0.0.1:9093',
    alerts: [
      {
        status: 'firing',
        labels,
        annotations: { summary: 'the node is sick' },
        startsAt: new Date().toISOString(),
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: 'http://127.0.0.1:9090/graph',
        fingerprint: randomUUID().replaceAll('-', '').slice(0, 16),
      },
    ],
  };
}
