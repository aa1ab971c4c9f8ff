/**
 * Pods of one service crash, and what they have in common is the node they run on.
 *
 * The order is that of an experienced engineer: is it real, who is sick, what changed, what do they say, what do they
 * share; then an experiment, because sharing proves nothing. Users come before causes: move the pods first, find out
 * why afterwards. Where the facts point elsewhere the run says so and takes that branch, or hands over what it found.
 */
import { kubernetes } from '../activities/kubernetes/contract.ts';
import { defineRunbook, finding, note, onAlert, putBack, remind } from '../workflows/index.ts';
import { suspect } from './analysis/blast-radius.ts';
import { locate } from './analysis/locate.ts';
import { diagnose } from './pods-crash-on-one-node/diagnose.ts';
import { fixRouting } from './pods-crash-on-one-node/fix-routing.ts';
import { ALERT, Incident, OWNER } from './pods-crash-on-one-node/incident.ts';
import { isItReal } from './pods-crash-on-one-node/is-it-real.ts';
import { lookAtPods } from './pods-crash-on-one-node/look-at-pods.ts';
import { mitigate } from './pods-crash-on-one-node/mitigate.ts';
import { readCrashLogs } from './pods-crash-on-one-node/read-crash-logs.ts';
import { rollBack } from './pods-crash-on-one-node/roll-back.ts';
import { tryConnections } from './pods-crash-on-one-node/try-connections.ts';
import { whatChanged } from './pods-crash-on-one-node/what-changed.ts';
import { handOverWith, writeUp } from './pods-crash-on-one-node/write-up.ts';

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
    const story = { title: `${service}: pods crash`, impact: alarm.words, followUps: [], began: scene.since };
    if (scene.sick.length === 0) {
      if (alarm.now === 'tolerable' && scene.radius.healthy > 0) {
        note(`It is over: ${alarm.words} ${scene.radius.summary}`);
        return { over: true, found: scene.radius.summary };
      }
      return handOverWith(
        `No pod of ${service} is sick, so what users feel has another cause. ${alarm.words}`,
        story,
      );
    }

    const rollout = await whatChanged(incident, scene);
    const { dependency } = await readCrashLogs(incident, scene);
    const node = suspect(scene.radius, 'node')?.value;
    const description = node === undefined ? undefined : await kubernetes.describeNode({ node });
    if (description) {
      const { ready, pressure, unschedulable } = description;
      finding(`${description.name} says of itself: Ready ${ready}`, {
        evidence: {
          pressure: pressure.join(', ') || 'none',
          cordoned: unschedulable,
          lease: description.lease,
        },
      });
    }
    const nodeIsReady = description === undefined || description.ready === 'True';
    const experiments =
      dependency && nodeIsReady ? await tryConnections(scene, dependency) : { elsewhere: [] };
    const location = locate({
      radius: scene.radius,
      node: description,
      experiments,
      rolledOutJustBefore: rollout !== undefined,
    });
    finding(location.because, { evidence: { fault: location.fault } });

    if (location.fault === 'release' && rollout?.previous) {
      const { mitigatedAt } = await rollBack(incident, {
        rollout,
        to: rollout.previous,
        scene,
        because: location.because,
      });
      remind(`Is revision ${rollout.revision} of ${rollout.deployment} repaired or withdrawn?`, {
        in: '1 day',
        to: OWNER,
      });
      return writeUp(incident, {
        ...story,
        title: `${service}: revision ${rollout.revision} crashes`,
        summary: `${location.because} It was rolled back to revision ${rollout.previous.revision}, and users are well again.`,
        rootCause: `Revision ${rollout.revision} of ${rollout.deployment}. What is wrong with it is not established by this run.`,
        followUps: [`Find out what is wrong with revision ${rollout.revision} before it is rolled out again`],
        mitigated: mitigatedAt,
        resolved: mitigatedAt,
      });
    }
    if (location.fault !== 'node' || node === undefined || dependency === undefined) {
      return handOverWith(location.because, story);
    }

    const target = `${dependency.namespace}/${dependency.service}`;
    const because = [`- ${alarm.words}`, `- ${scene.radius.summary}`, `- ${location.because}`].join('\n');
    const { granted, mitigatedAt } = await mitigate(incident, { node, scene, dependency, because });

    const diagnosis = await diagnose(node, dependency);
    const mitigated = { ...story, title: `${service}: pods crash on ${node}`, mitigated: mitigatedAt };
    if (diagnosis.cause === 'in-order') {
      note(`kube-proxy on ${node} is in order by now; the node is put back if its check still passes.`);
    } else if (diagnosis.cause !== 'memory-limit') {
      return handOverWith(
        `${node} is cordoned and users are well, but what to repair is not clear. ${diagnosis.statement}`,
        mitigated,
      );
    } else if (!(await fixRouting({ host: node, dependency }, diagnosis, incident.memoryMax))) {
      return handOverWith(
        `${node} stays cordoned: kube-proxy there has not synced after the fix. Users are well.`,
        mitigated,
      );
    }

    await putBack(granted);
    remind(
      `Does kube-proxy have the memory on every node that ${node} was given? The next node restarts it too.`,
      { in: '1 day', to: OWNER },
    );
    return writeUp(incident, {
      ...mitigated,
      summary: `Pods of ${namespace}/${service} on ${node} could not reach ${target}. They were moved, kube-proxy on ${node} was repaired, and the node takes pods again.`,
      rootCause: [diagnosis.statement, ...diagnosis.evidence.map((e) => `- ${e}`)].join('\n\n'),
      followUps: [
        'Give kube-proxy the same memory on every node',
        'Alert on OOM kills of kube-proxy and on the age of its last sync',
        `Ask why ${node} said Ready while it did not route`,
      ],
      resolved: new Date().toISOString(),
    });
  },
});
