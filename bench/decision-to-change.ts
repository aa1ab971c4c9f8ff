/**
 * B3: from a person's yes to the change that the API server shows. nightshift authenticates and signs it, writes it to
 * the ledger, verifies it in the run, and verifies it again in the worker that writes; its peer is a webhook that sends a
 * bare Update to a workflow, which then runs one activity that patches.
 */
import type { Nightshift } from './house/nightshift.ts';
import type { Nodes } from './house/nodes.ts';
import { approval } from './house/open-question.ts';
import type { Plan } from './measure/alternate.ts';
import { besidePeer } from './measure/beside-peer.ts';
import type { Comparison } from './measure/compare.ts';
import { createPoster } from './measure/post.ts';
import { budget, cut, type Stage } from './measure/stages.ts';
import type { Spread } from './measure/statistics.ts';
import type { Trace } from './measure/trace.ts';
import type { Peer } from './peer/peer.ts';

export interface DecisionToChange extends Comparison {
  readonly nightshiftMs: Spread;
  readonly peerMs: Spread;
  readonly stages: readonly Stage[];
  readonly peerStages: readonly Stage[];
}

export async function decisionToChange(
  o: { nightshift: Nightshift; peer: Peer; nodes: Nodes; trace: Trace },
  plan: Plan,
): Promise<DecisionToChange> {
  const { nightshift, peer, nodes, trace } = o;
  const gateway = await nightshift.gateway();
  const { post, close } = createPoster();

  const oursOn = async (node: string): Promise<Stage[]> => {
    const { workflowId, view } = await gateway.asked('ask-to-cordon', { nodes: [node], incident: node });
    // People answer seconds after a question is open: what the run still does then is no part of it. The peer waits alike.
    await nightshift.atRest(workflowId);
    const path = ['api', 'questions', workflowId, view.question.id, 'decisions']
      .map(encodeURIComponent)
      .join('/');
    const seen = nodes.cordoned(node);
    trace.begin();
    const from = performance.now();
    const answered = post(`${gateway.url}/${path}`, approval(view), gateway.personToken);
    const until = await seen;
    await answered;
    const stages = cut(from, [
      { name: 'HTTP: who asks, may they', until: trace.at('ledger.receiveDecision') },
      { name: 'ledger: decision durable', until: trace.at('ledger.receiveDecision.end') },
      { name: 'Temporal: the Update, to the run', until: trace.at('signature') },
      { name: 'verified; Temporal: to the change', until: trace.at('signature', 1) },
      { name: 'grant checked', until: trace.at('ledger.beginIntent') },
      { name: 'ledger: intent durable', until: trace.at('ledger.beginIntent.end') },
      { name: 'preconditions looked at again', until: trace.at('api.patch') },
      { name: 'write, until seen', until },
    ]);
    await nightshift.ended(workflowId);
    await nodes.reset(node);
    return stages;
  };
  const theirsOn = async (node: string): Promise<Stage[]> => {
    const workflowId = await peer.asked(node);
    const seen = nodes.cordoned(node);
    trace.begin();
    const from = performance.now();
    const answered = post(peer.approveUrl, { workflowId });
    const until = await seen;
    await answered;
    const stages = cut(from, [
      { name: 'HTTP', until: trace.at('peer.update') },
      { name: 'Temporal: the Update, to the change', until: trace.at('peer.activity') },
      { name: 'write, until seen', until },
    ]);
    await peer.settled();
    await nodes.reset(node);
    return stages;
  };

  try {
    const { comparison, ourRuns, peerRuns } = await besidePeer(
      { nodes: nodes.names, ours: oursOn, theirs: theirsOn },
      plan,
    );
    return { ...comparison, stages: budget(ourRuns), peerStages: budget(peerRuns) };
  } finally {
    await close();
    await gateway.stop();
  }
}
