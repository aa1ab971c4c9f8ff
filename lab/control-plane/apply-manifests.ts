import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { ClusterApi } from './cluster-api.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
  };
}

export const FIELD_MANAGER = 'nightshift-lab';

const CLUSTER_SCOPED = new Set([
  'Namespace',
  'ClusterRole',
  'ClusterRoleBinding',
  'PriorityClass',
  'APIService',
]);

/** The path of an object's collection. */
export function collectionPath({ apiVersion, kind, metadata }: Manifest): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = `${kind.toLowerCase()}${kind.endsWith('s') ? 'es' : 's'}`;
  if (CLUSTER_SCOPED.has(kind)) return `${root}/${plural}`;
  return `${root}/namespaces/${metadata.namespace ?? 'default'}/${plural}`;
}

export const objectPath = (manifest: Manifest): string =>
  `${collectionPath(manifest)}/${manifest.metadata.name}`;

/** Server-side apply: makes the objects what the manifests say, whatever they were. One after the other, as kubectl does. */
export async function applyManifests(api: ClusterApi, manifests: readonly Manifest[]): Promise<void> {
  for (const manifest of manifests) {
    const path = `${objectPath(manifest)}?fieldManager=${FIELD_MANAGER}&force=true`;
    await api.call('PATCH', path, manifest, 'application/apply-patch+yaml');
  }
}

const FOLDER = join(import.meta.dirname, '..', 'manifests');

/** The manifests of lab/manifests, in the order of their file names, with `$(NAME)` replaced. */
export function readManifests(values: Readonly<Record<string, string>>): Manifest[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .flatMap((file) => readManifestFile(join(FOLDER, file), values));
}

/** The manifests of one file, with `$(NAME)` replaced. */
export function readManifestFile(file: string, values: Readonly<Record<string, string>>): Manifest[] {
  const text = readFileSync(file, 'utf8').replace(
    /\$\((\w+)\)/g,
    (whole, name: string) => values[name] ?? whole,
  );
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}
