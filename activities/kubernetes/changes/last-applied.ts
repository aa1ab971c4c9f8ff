import { parseJson } from '../../kit/index.ts';
import type { MetadataOnly } from '../client/raw.ts';

const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The object as the last client-side `kubectl apply` had it; undefined where nobody applied it so. */
export function lastApplied<T extends MetadataOnly>({ metadata }: T): Partial<T> | undefined {
  const text = metadata?.annotations?.[APPLIED];
  if (text === undefined) return undefined;
  try {
    return parseJson(text) as Partial<T>;
  } catch {
    return undefined;
  }
}
