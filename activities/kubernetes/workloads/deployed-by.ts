import type { MetadataOnly } from '../client/raw.ts';

interface Tool {
  readonly name: string;
  readonly labels?: RegExp;
  readonly annotations?: RegExp;
  /** The name under which it writes fields (metadata.managedFields). */
  readonly manager?: RegExp;
}

/** Tools that keep objects as a repository or a release says, by the marks that they leave on them. */
const TOOLS: readonly Tool[] = [
  {
    name: 'Argo CD',
    labels: /^argocd\.argoproj\.io\/instance$/,
    annotations: /^argocd\.argoproj\.io\/tracking-id$/,
    manager: /^argocd-(controller|application-controller)$/,
  },
  {
    name: 'Flux',
    labels: /^(kustomize|helm)\.toolkit\.fluxcd\.io\/name$/,
    manager: /^(kustomize|helm)-controller$/,
  },
  { name: 'Config Sync', annotations: /^configsync\.gke\.io\/|^configmanagement\.gke\.io\/managed$/ },
  { name: 'Fleet', annotations: /^objectset\.rio\.cattle\.io\/id$/ },
  { name: 'kapp', labels: /^kapp\.k14s\.io\/app$/ },
];

/** The tools that keep an object, in a fixed order. */
export function deployedBy({ metadata }: MetadataOnly): string[] {
  const labels = Object.keys(metadata?.labels ?? {});
  const annotations = Object.keys(metadata?.annotations ?? {});
  const managers = (metadata?.managedFields ?? []).map((m) => m.manager ?? '');
  const found = TOOLS.filter(
    (tool) =>
      labels.some((key) => tool.labels?.test(key)) ||
      annotations.some((key) => tool.annotations?.test(key)) ||
      managers.some((name) => tool.manager?.test(name)),
  ).map((tool) => tool.name);
  return metadata?.labels?.['app.kubernetes.io/managed-by'] === 'Helm' ? [...found, 'Helm'] : found;
}

/** For the plan of a change to an object that such a tool keeps: it will be reverted there. */
export const mayBeReverted = (object: MetadataOnly): string[] =>
  deployedBy(object).map(
    (who) => `${who} manages it and may write its own version again: make the same change there`,
  );
