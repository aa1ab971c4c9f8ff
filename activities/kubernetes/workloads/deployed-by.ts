import type { MetadataOnly } from '../client/raw.ts';

/** Tools that keep an object as their repository says, by the marks that they leave on it. */
export function deployedBy({ metadata }: MetadataOnly): string[] {
  const labels = metadata?.labels ?? {};
  const annotations = metadata?.annotations ?? {};
  const found = [
    ('argocd.argoproj.io/tracking-id' in annotations || 'argocd.argoproj.io/instance' in labels) && 'Argo CD',
    ('kustomize.toolkit.fluxcd.io/name' in labels || 'helm.toolkit.fluxcd.io/name' in labels) && 'Flux',
    labels['app.kubernetes.io/managed-by'] === 'Helm' && 'Helm',
  ];
  return found.filter((f) => typeof f === 'string');
}

/** For the plan of a change to an object that such a tool keeps: it will be reverted there. */
export const mayBeReverted = (object: MetadataOnly): string[] =>
  deployedBy(object).map(
    (who) => `${who} manages it and may write its own version again: make the same change there`,
  );
