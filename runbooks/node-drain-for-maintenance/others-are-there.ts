import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { hold, note } from '../../workflows/index.ts';

/** A node that is out already is capacity that is missing: a person decides whether another may go. */
export async function othersAreThere(node: string): Promise<void> {
  for (;;) {
    const { nodes } = await kubernetes.listNodes({});
    const out = nodes.filter((n) => n.name !== node && (n.ready !== 'True' || n.unschedulable));
    if (out.length === 0) return;
    const inWords = out.map(
      (n) =>
        `${n.name}: ${n.ready === 'True' ? '' : `Ready ${n.ready}, `}${n.unschedulable ? `cordoned by ${n.cordonedBy}` : `since ${n.since ?? 'an unknown time'}`}`,
    );
    const answer = await hold(`${out.length} of ${nodes.length} nodes are out already; drain ${node} too?`, {
      body: `These take no pods now, so what leaves ${node} has to fit on fewer:\n\n${inWords.map((w) => `- ${w}`).join('\n')}`,
      options: { again: 'look again', 'go-on': `drain ${node} all the same` },
    });
    if (answer !== 'go-on') continue;
    note(`${node} is drained although ${out.map((n) => n.name).join(', ')} take no pods.`);
    return;
  }
}
