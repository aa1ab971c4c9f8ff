/**
 * Nodes are emptied for work on them, one after the other. What cannot be emptied is found before the first node is
 * touched; capacity that is missing already is said before more is taken away; a node comes back only when it is Ready;
 * and what was moved has to be well elsewhere before the work on the node begins.
 */
import { defineRunbook, handOver, note } from '../workflows/index.ts';
import { bringBack } from './node-drain-for-maintenance/bring-back.ts';
import { emptyNode } from './node-drain-for-maintenance/empty-node.ts';
import { Maintenance } from './node-drain-for-maintenance/maintenance.ts';
import { lookAtNodes } from './node-drain-for-maintenance/look-at-nodes.ts';
import { othersAreThere } from './node-drain-for-maintenance/others-are-there.ts';
import { workOnNode } from './node-drain-for-maintenance/work-on-node.ts';
import { PLATFORM } from './platform-oncall.ts';

export default defineRunbook({
  id: 'node-drain-for-maintenance',
  title: 'Nodes are emptied for maintenance, one after the other',
  owner: PLATFORM,
  description:
    'Empties the given nodes one by one, within the disruption budgets of what runs there, waits for the work on each, and puts it back when it is Ready. Touches none when one of them cannot be emptied.',
  input: Maintenance,
  whenAlertResolves: 'finish',

  async run(maintenance) {
    const nodes = [...new Set(maintenance.nodes)];
    const obstacle = await lookAtNodes(nodes, maintenance);
    if (obstacle) return handOver(obstacle.reason, { obstacles: obstacle.evidence });

    const done: string[] = [];
    for (const [index, node] of nodes.entries()) {
      await othersAreThere(node);
      const emptied = await emptyNode(maintenance, { node, place: `${index + 1} of ${nodes.length}` });
      if ('reason' in emptied) return handOver(emptied.reason, { done, obstacles: emptied.evidence });
      const answer = await workOnNode(maintenance, { node, left: nodes.length - index - 1 });
      const back = await bringBack(maintenance, emptied);
      if (back) return handOver(back, { done });
      done.push(node);
      if (answer === 'stop') {
        note(`Stopped after ${node}; not touched: ${nodes.slice(index + 1).join(', ') || 'none'}.`);
        break;
      }
    }
    return { done, notTouched: nodes.filter((n) => !done.includes(n)) };
  },
});
