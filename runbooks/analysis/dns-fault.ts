/**
 * Who gets no answer to which names? The same question asked from several nodes, at the Service and at each server
 * itself, tells a server that is broken from a way to it, and both from a name that nobody has.
 */
export interface Lookup {
  readonly node: string;
  readonly name: string;
  /** The cluster's DNS Service, or one of the pods behind it. */
  readonly at: { readonly kind: 'service' } | { readonly kind: 'pod'; readonly pod: string };
  readonly answer: 'address' | 'nxdomain' | 'failed' | 'silent' | 'none';
}

export interface DnsFault {
  /**
   * `servers`: none answers, or none answers right; `one-server`: one of them; `way`: the servers answer and the Service
   * does not, from some nodes; `upstream`: only names that the cluster does not hold itself; `name`: there is no such name.
   */
  readonly fault: 'none' | 'servers' | 'one-server' | 'way' | 'upstream' | 'name' | 'undecided';
  readonly because: string;
  /** Nodes from which the Service does not answer, or the pod that does not. */
  readonly where: readonly string[];
}

/** `inside`: the name that the cluster itself must know. */
export function judgeDns(all: readonly Lookup[], inside: string): DnsFault {
  const lookups = all.filter((l) => l.answer !== 'none');
  const service = lookups.filter((l) => l.at.kind === 'service');
  const decided = (fault: DnsFault['fault'], because: string, where: readonly string[] = []): DnsFault => ({
    fault,
    because,
    where,
  });
  if (service.length === 0) {
    return decided('undecided', `None of ${all.length} lookups could be made: nothing is known.`);
  }
  const bad = service.filter((l) => l.answer !== 'address');
  const direct = lookups.filter((l) => l.at.kind === 'pod');
  const deaf = unique(direct.filter((l) => !answers(l)).map(podOf));
  const hearing = unique(direct.filter(answers).map(podOf)).filter((pod) => !deaf.includes(pod));
  if (deaf.length === 1 && hearing.length > 0) {
    return decided(
      'one-server',
      `${deaf[0]} does not answer and ${hearing.length} others do: as many lookups fail as go to it. ${counted(service)}`,
      deaf,
    );
  }
  if (bad.length === 0) return decided('none', `${counted(service)} No lookup fails now.`);

  const nodes = unique(service.map((l) => l.node));
  const outside = unique(service.filter((l) => l.name !== inside).map((l) => l.name));
  const ofNode = (node: string) => service.filter((l) => l.node === node);
  const cutOff = nodes.filter((node) => ofNode(node).every((l) => l.answer === 'silent'));
  if (cutOff.length === nodes.length && deaf.length === 0 && hearing.length > 0) {
    return decided(
      'way',
      `The servers answer when they are asked directly; through the Service nobody hears them. ${counted(service)}`,
      cutOff,
    );
  }
  if (cutOff.length === nodes.length)
    return decided('servers', `No node gets any answer. ${counted(service)}`, deaf);
  if (cutOff.length > 0) {
    return decided(
      'way',
      `From ${cutOff.join(', ')} nothing is heard, from ${nodes.length - cutOff.length} other nodes it is: the servers are not it. ${counted(service)}`,
      cutOff,
    );
  }

  const insideBad = bad.filter((l) => l.name === inside);
  if (insideBad.length === 0 && bad.every((l) => l.answer === 'nxdomain')) {
    const names = unique(bad.map((l) => l.name));
    return decided(
      'name',
      `The servers say that there is no ${names.join(', ')}: they work, and that name is not known to them. ${counted(service)}`,
    );
  }
  const outsideBad = outside.filter((name) => service.some((l) => l.name === name && l.answer !== 'address'));
  if (insideBad.length === 0 && outsideBad.length > 0) {
    return decided(
      'upstream',
      `Names of the cluster are answered, ${outsideBad.join(', ')} is not: what they ask for other names does not answer. ${counted(service)}`,
    );
  }
  if (insideBad.length === service.filter((l) => l.name === inside).length) {
    return decided(
      'servers',
      `Nobody gets an address for ${inside}, which the servers must know themselves. ${counted(service)}`,
    );
  }
  return decided('undecided', `Some lookups fail and no pattern shows. ${counted(service)}`);
}

const answers = (l: Lookup) => l.answer !== 'silent' && l.answer !== 'failed';
const podOf = (l: Lookup) => (l.at.kind === 'pod' ? l.at.pod : '');
const unique = (values: readonly string[]) => [...new Set(values)];

function counted(lookups: readonly Lookup[]): string {
  const count = (answer: Lookup['answer']) => lookups.filter((l) => l.answer === answer).length;
  const kinds = [
    [count('address'), 'answered'],
    [count('failed'), 'failed at the server'],
    [count('silent'), 'not answered'],
    [count('nxdomain'), 'no such name'],
  ] as const;
  return `Of ${lookups.length} lookups: ${kinds
    .filter(([n]) => n > 0)
    .map(([n, word]) => `${n} ${word}`)
    .join(', ')}.`;
}
