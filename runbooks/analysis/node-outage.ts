/** Is one node out, or is it something that several nodes share? Several at once are seldom several faults. */

export interface NodeInBrief {
  readonly name: string;
  readonly ready: 'True' | 'False' | 'Unknown';
  readonly zone: string | null;
}

export interface Outage {
  /** `none`: the node is Ready; `zone`: every node of its zone is out and no other; `many`: several, with no zone to name. */
  readonly spread: 'none' | 'one' | 'zone' | 'many';
  readonly out: readonly string[];
  readonly because: string;
}

export function nodeOutage(nodes: readonly NodeInBrief[], name: string): Outage {
  const node = nodes.find((n) => n.name === name);
  const down = nodes.filter((n) => n.ready !== 'True');
  const out = down.map((n) => n.name);
  if (!node) return { spread: 'none', out, because: `There is no node ${name} (any more).` };
  if (node.ready === 'True') return { spread: 'none', out, because: `${name} is Ready.` };
  if (down.length === 1) {
    return { spread: 'one', out, because: `${name} alone of ${nodes.length} nodes is not Ready.` };
  }
  const zone = node.zone;
  const ofZone = nodes.filter((n) => n.zone === zone);
  const wholeZone =
    zone !== null && ofZone.every((n) => n.ready !== 'True') && down.every((n) => n.zone === zone);
  const said = `${down.length} of ${nodes.length} nodes are not Ready: ${out.slice(0, 10).join(', ')}`;
  return wholeZone && down.length < nodes.length
    ? {
        spread: 'zone',
        out,
        because: `${said}. They are the whole of zone ${zone}, and nothing else is out.`,
      }
    : { spread: 'many', out, because: `${said}. What they share is not this node.` };
}
