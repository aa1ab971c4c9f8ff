/**
 * Pods of one service crash, and what they have in common is the node they run on.
 *
 * The order is that of an experienced engineer: is it real, who is sick, what changed, what do they say, what do they
 * share; then an experiment, because sharing proves nothing. Users come before causes: move the pods first, find out
 * why afterwards. Where the facts point elsewhere the run says so and takes that branch, or hands over what it found.
 */
import { kubernetes } from '../activities/kubernetes/contract.ts';
import { defineRunbook, leaveInPlace, note, onAlert, putBack, remind, topology } from '../workflows/index.ts';
import { topologyOf } from './analysis/topology-of.ts';
import { describeSuspectNode } from './pods-crash-on-one-node/describe-suspect-node.ts';
import { diagnose } from './pods-crash-on-one-node/diagnose.ts';
import { findFault } from './pods-crash-on-one-node/find-fault.ts';
import { fixRouting } from './pods-crash-on-one-node/fix-routing.ts';
import { ALERT, ASK, Incident, OWNER } from './pods-crash-on-one-node/incident.ts';
import { isItReal } from './pods-crash-on-one-node/is-it-real.ts';
import { lastingRepair } from './pods-crash-on-one-node/lasting-repair.ts';
import { lookAtPods } from './pods-crash-on-one-node/look-at-pods.ts';
import { mitigate } from './pods-crash-on-one-node/mitigate.ts';
import { readCrashLogs } from './pods-crash-on-one-node/read-crash-logs.ts';
import { rollBack } from './pods-crash-on-one-node/roll-back.ts';
import { whatChanged } from './pods-crash-on-one-node/what-changed.ts';
import { handOverWith, writeUp } from './write-up.ts';

export default defineRunbook({
  id: 'pods-crash-on-one-node',
  title: 'Pods of one service crash, all on one node',
  owner: OWNER,
  description:
    'Finds what the crashing pods of a service share. Where it is a node that does not route: moves the pods away, repairs kube-proxy there, and puts the node back.',
  input: Incident,
  triggers: [
    onAlert({ alertname: ALERT }, ({ labels }) => ({
      namespace: labels.namespace ?? '',
      service: labels.service ?? '',
    })),
  ],
  correlationKey: ({ namespace, service }) => `${namespace}/${service}`,
  onRepeat: 'join',
  whenAlertResolves: 'stop-before-first-change',

  async run(incident) {
    const { namespace, service } = incident;

    const alarm = await isItReal(incident);
    const scene = await lookAtPods(incident);
    const story = { title: `${service}: pods crash`, impact: alarm.words, began: scene.since };
    if (scene.sick.length === 0) {
      if (alarm.now === 'tolerable' && scene.radius.healthy > 0) {
        note(`It is over: ${alarm.words} ${scene.radius.summary}`);
        return { over: true, found: scene.radius.summary };
      }
      const reason = `No pod of ${service} is sick, so what users feel has another cause. ${alarm.words}`;
      return handOverWith(reason, story);
    }

    const rollout = await whatChanged(incident, scene);
    const { dependency } = await readCrashLogs(incident, scene);
    const description = await describeSuspectNode(scene);
    const { fault, because } = await findFault({ scene, node: description, dependency, rollout });
    const seen = topologyOf({
      ...{ service, pods: scene.pods, sick: scene.sick, calls: dependency ? [dependency.service] : [] },
      brokenNodes: fault === 'node' && description ? [description.name] : [],
    });
    topology(seen.text, seen.facts);
    if (fault === 'release' && rollout?.previous) {
      const { previous } = rollout;
      return rollBack(incident, { rollout: { ...rollout, previous }, scene, because, story });
    }
    if (fault !== 'node' || !description || !dependency) return handOverWith(because, story);

    // Users first.
    const node = description.name;
    const evidence = [alarm.words, scene.radius.summary, because].map((e) => `- ${e}`).join('\n');
    const moved = await mitigate(incident, { node, scene, dependency, because: evidence });
    const soFar = { ...story, title: `${service}: pods crash on ${node}`, mitigated: moved.mitigatedAt };

    // Then the cause.
    const diagnosis = await diagnose(node, dependency);
    if (diagnosis.cause === 'in-order') {
      note(`kube-proxy on ${node} is in order by now; the node is put back if its check still passes.`);
    } else if (diagnosis.cause !== 'memory-limit') {
      return handOverWith(`${node} is cordoned; what to repair is not clear. ${diagnosis.statement}`, soFar);
    } else if (!(await fixRouting({ host: node, dependency }, diagnosis, incident.memoryMax))) {
      await leaveInPlace(moved.granted, `kube-proxy on ${node} had not synced after the fix`);
      return handOverWith(`${node} stays cordoned: kube-proxy there has not synced after the fix.`, soFar);
    }

    await putBack(moved.granted);
    if ((await kubernetes.describeNode({ node })).unschedulable) {
      return handOverWith(`${node} is still cordoned, although kube-proxy there has synced.`, soFar);
    }
    const repaired = diagnosis.cause === 'memory-limit';
    const lasting = lastingRepair(diagnosis, node);
    if (repaired) remind(lasting.question, { at: 'next working day 09:30', to: OWNER });
    return writeUp(
      { ask: ASK, labels: [service] },
      {
        ...soFar,
        summary: `Pods of ${namespace}/${service} on ${node} could not reach ${dependency.namespace}/${dependency.service}. They were moved, ${repaired ? `kube-proxy on ${node} was repaired` : `kube-proxy on ${node} was in order when it was looked at, so nothing was repaired`}, and the node takes pods again.`,
        rootCause: `${repaired ? '' : 'Not established by this run. '}${diagnosis.statement}\n\n${diagnosis.evidence.map((e) => `- ${e}`).join('\n')}`,
        followUps: [
          ...(repaired ? [lasting.followUp] : []),
          'Alert on OOM kills of kube-proxy and on the age of its last sync',
          `Ask why ${node} said Ready while it did not route`,
        ],
        // Where nobody saw users served again, nobody says so.
        resolved: moved.mitigatedAt && new Date().toISOString(),
      },
    );
  },
});
