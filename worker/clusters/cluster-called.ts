import { StepFailure } from '../../activities/kit/index.ts';

/** The one of that name, or the first, which is the default. Throws `invalid` with the names that there are. */
export function clusterCalled<C extends { readonly name: string }>(
  clusters: readonly C[],
  name: string | undefined,
): C {
  const found = name === undefined ? clusters[0] : clusters.find((cluster) => cluster.name === name);
  if (found) return found;
  const names = clusters.map((cluster, i) =>
    i === 0 && clusters.length > 1 ? `${cluster.name} (the default)` : cluster.name,
  );
  throw new StepFailure('invalid', `no cluster is called "${name}"; there is ${names.join(', ')}`, {
    next: 'Correct the name in the runbook, or add the cluster to `clusters` in nightshift.config.ts and restart the workers',
    facts: { cluster: name ?? '' },
  });
}
