import { ownersBefore } from '../changes/field-owners.ts';
import { ownerWords } from '../changes/owner-words.ts';
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

/**
 * For the plan of a change to such an object: who will write its own version again. With the object as the change would
 * leave it, the owners of the very fields that it takes are named, each with what becomes of that; of the tools that
 * keep the object, those that are not yet named as applying what is taken.
 */
export function mayBeReverted(before: MetadataOnly, after: MetadataOnly = before): string[] {
  const owners = ownersBefore(before, after);
  // What is said of an update names neither the tool nor what to do.
  const applying = owners.filter(({ operation }) => operation === 'Apply');
  const named = new Set(applying.map(({ manager }) => toolOf(manager)));
  return [
    ...owners.map(ownerWords),
    ...deployedBy(before)
      .filter((who) => !named.has(who))
      .map((who) => `${who} manages it and may write its own version again: make the same change there`),
  ];
}

const toolOf = (manager: string): string | undefined =>
  TOOLS.find((tool) => tool.manager?.test(manager))?.name;
