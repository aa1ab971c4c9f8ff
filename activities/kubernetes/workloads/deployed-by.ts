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
