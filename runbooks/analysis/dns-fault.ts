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
   * `servers`: none answers, or none answers right; `one-server`: one of them, whoever asks; `way`: from some nodes the
   * Service or a server is not heard, and the servers do answer; `upstream`: only names that the cluster does not hold itself; `name`: there is no such name.
   */
  readonly fault: 'none' | 'servers' | 'one-server' | 'way' | 'upstream' | 'name' | 'undecided';
  readonly because: string;
  /** Nodes that hear nothing of the Service or of a server, or the pod that does not answer. */
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
  const enough = Math.min(2, unique(all.map((l) => l.node)).length);
  const { deaf, doubted, hearing, halfHeard } = heardOf(
    lookups.filter((l) => l.at.kind === 'pod'),
    enough,
  );
  if (deaf.length === 1 && hearing.length > 0) {
    return decided(
      'one-server',
      `${deaf[0]} does not answer and ${hearing.length} others do: as many lookups fail as go to it. ${counted(service)}`,
      deaf,
    );
  }
  if (bad.length === 0 && halfHeard.length === 0 && doubted.length === 0)
    return decided('none', `${counted(service)} No lookup fails now.`);

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
  if (cutOff.length === nodes.length && nodes.length < enough) {
    return decided(
      'undecided',
      `${nodes[0]} hears nothing and no other node could ask: it may be the servers or the way to them. ${counted(service)}`,
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
  const [half] = halfHeard;
  if (half) {
    return decided(
      'way',
      `${half.pod} answers ${half.heardBy.join(', ')} and is not heard by ${half.unheardBy.join(', ')}: it works, and the way to it does not. ${counted(service)}`,
      unique(halfHeard.flatMap((h) => h.unheardBy)),
    );
  }
  if (doubted.length > 0 && (hearing.length > 0 || bad.length === 0)) {
    return decided(
      'undecided',
      `${doubted.join(', ')} did not answer the one node that could ask: it may be the server or the way to it. ${counted(service)}`,
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

/**
 * `deaf`: answers nobody of at least `enough` nodes; `doubted`: answers nobody, of fewer; `halfHeard`: answers some nodes,
 * and others hear nothing of it.
 */
function heardOf(direct: readonly Lookup[], enough: number) {
  const servers = unique(direct.map(podOf)).map((pod) => {
    const own = direct.filter((l) => podOf(l) === pod);
    const nodesOf = (which: (l: Lookup) => boolean) => unique(own.filter(which).map((l) => l.node));
    return {
      pod,
      askedBy: nodesOf(() => true),
      heardBy: nodesOf(answers),
      unheardBy: nodesOf((l) => l.answer === 'silent'),
    };
  });
  const mute = servers.filter((s) => s.heardBy.length === 0);
  const hearing = servers.filter((s) => s.heardBy.length > 0);
  return {
    deaf: mute.filter((s) => s.askedBy.length >= enough).map((s) => s.pod),
    doubted: mute.filter((s) => s.askedBy.length < enough).map((s) => s.pod),
    hearing: hearing.map((s) => s.pod),
    halfHeard: hearing.filter((s) => s.unheardBy.length > 0),
  };
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
