import { z } from 'zod';
import { kubernetes } from '../activities/kubernetes/contract.ts';
import { Namespace } from '../activities/kubernetes/contract/identity.ts';
import { defineRunbook, finding, note } from '../workflows/index.ts';
import { isSick } from './analysis/is-sick.ts';

/** Reads only: safe on any cluster, and the one to try first. */
export default defineRunbook({
  id: 'cluster-look-around',
  title: 'Look around in a cluster',
  owner: 'platform-oncall',
  description: 'Nodes, sick pods, warnings and what changed lately. Changes nothing.',
  input: z.object({
    /** All namespaces when left out. */
    namespace: Namespace.optional(),
    minutes: z.number().min(1).max(1440).default(30),
  }),

  async run({ namespace, minutes }) {
    const where = namespace === undefined ? 'the cluster' : `namespace ${namespace}`;
    const [{ pods, truncated }, { events }, changed] = await Promise.all([
      kubernetes.listPods({ namespace, limit: 1000 }),
      kubernetes.listEvents({ namespace, type: 'Warning', minutes, limit: 50 }),
      kubernetes.whatChanged({ ...(namespace !== undefined && { namespaces: [namespace] }), minutes }),
    ]);
    const names = [...new Set(pods.flatMap((p) => p.node ?? []))].sort();
    const nodes = await Promise.all(names.slice(0, 20).map((node) => kubernetes.describeNode({ node })));
    const troubled = nodes.filter((n) => n.ready !== 'True' || n.pressure.length > 0 || n.unschedulable);
    const sick = pods.filter(isSick);

    finding(`${nodes.length - troubled.length} of ${nodes.length} nodes with pods are well`, {
      evidence: troubled.map(
        (n) =>
          `${n.name}: Ready ${n.ready}${n.unschedulable ? ', cordoned' : ''}${n.pressure.map((p) => `, ${p}`).join('')}`,
      ),
    });
    finding(`${sick.length} of ${pods.length} pods in ${where} are sick`, {
      evidence: sick
        .slice(0, 20)
        .map((p) => `${p.namespace}/${p.name} on ${p.node ?? 'no node'}: ${p.because}`),
    });
    finding(`${events.length} warnings in the last ${minutes} minutes`, {
      evidence: events
        .slice(-10)
        .map((e) => `${e.at} ${e.object.kind}/${e.object.name}: ${e.reason}, ${e.message}`),
    });
    finding(`${changed.changes.length} changes in the last ${minutes} minutes`, {
      evidence: changed.changes.slice(-20).map((c) => `${c.at} ${c.summary}`),
    });
    if (truncated) note(truncated);
    note(`Looked around in ${where}: ${troubled.length} nodes and ${sick.length} pods want attention.`);
    return {
      nodes: nodes.length,
      troubledNodes: troubled.map((n) => n.name),
      pods: pods.length,
      sickPods: sick.map((p) => `${p.namespace}/${p.name}`),
    };
  },
});
