import { StepFailure } from '../../kit/index.ts';
import type { RawPod } from '../client/raw.ts';

/** The container that is meant: the named one, or the only main one. */
export function containerOf(pod: RawPod, named: string | undefined): string {
  const main = (pod.spec?.containers ?? []).map((c) => c.name);
  const all = [
    ...main,
    ...(pod.spec?.initContainers ?? []).map((c) => c.name),
    ...(pod.spec?.ephemeralContainers ?? []).map((c) => c.name),
  ];
  if (named !== undefined) {
    if (all.includes(named)) return named;
    throw new StepFailure('invalid', `Pod ${pod.metadata?.name} has no container "${named}"`, {
      next: `It has ${all.join(', ')}.`,
    });
  }
  const byDefault = pod.metadata?.annotations?.['kubectl.kubernetes.io/default-container'];
  if (byDefault && main.includes(byDefault)) return byDefault;
  if (main.length === 1) return main[0]!;
  throw new StepFailure('invalid', `Pod ${pod.metadata?.name} has ${main.length} containers: say which`, {
    next: `Name one of ${main.join(', ')}.`,
  });
}
