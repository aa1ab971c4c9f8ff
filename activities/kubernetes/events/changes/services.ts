import type { MetadataOnly } from '../../client/raw.ts';
import type { ObservedChange } from '../../contract/events.ts';
import { isController } from './rollouts.ts';
import { hhmm, lastEdit, objectName, within, type Source } from './snapshot.ts';

/** More than this in one namespace are told as a number. */
const FEW = 3;
/** Services that were created with no longer pause between them belong together. */
const PAUSE = 2 * 60_000;

/** Services that were created, in numbers where they are many, and those that were edited. */
export const services: Source = (seen, window) => {
  const created = seen.services.filter((s) => within(s.metadata?.creationTimestamp, window));
  const edited = seen.services.filter((s) => !created.includes(s));
  return [
    ...bursts(created).flatMap(toldAs),
    ...edited.flatMap((service): ObservedChange[] => {
      const edit = lastEdit(service, window, isController);
      if (!edit) return [];
      return [
        { ...edit, kind: 'service', object: objectName('service', service), summary: 'was edited', count: 1 },
      ];
    }),
  ];
};

/** Those of one namespace that were created in one go, oldest first. */
function bursts(created: readonly MetadataOnly[]): MetadataOnly[][] {
  const ordered = [...created].sort(
    (a, b) => namespaceOf(a).localeCompare(namespaceOf(b)) || momentOf(a) - momentOf(b),
  );
  const found: MetadataOnly[][] = [];
  for (const service of ordered) {
    const last = found.at(-1)?.at(-1);
    const goesOn =
      last && namespaceOf(last) === namespaceOf(service) && momentOf(service) - momentOf(last) <= PAUSE;
    if (goesOn) found.at(-1)!.push(service);
    else found.push([service]);
  }
  return found;
}

function toldAs(burst: readonly MetadataOnly[]): ObservedChange[] {
  if (burst.length <= FEW) {
    return burst.map((service) => ({
      at: timeOf(service),
      kind: 'service',
      object: objectName('service', service),
      summary: 'was created',
      ...byWhom(service),
      count: 1,
    }));
  }
  const [first, last] = [burst[0]!, burst.at(-1)!];
  const [from, to] = [hhmm(timeOf(first)), hhmm(timeOf(last))];
  const when = from === to ? `at ${from}` : `${from}–${to}`;
  const namespace = namespaceOf(first);
  return [
    {
      at: timeOf(first),
      until: timeOf(last),
      kind: 'service',
      object: `namespace/${namespace}`,
      summary: `${burst.length} Services were created ${when} in namespace ${namespace}`,
      ...byWhom(first),
      count: burst.length,
    },
  ];
}

function byWhom({ metadata }: MetadataOnly) {
  const manager = metadata?.managedFields?.find((m) => !m.subresource)?.manager;
  return manager ? { by: manager } : {};
}

const timeOf = ({ metadata }: MetadataOnly) => metadata?.creationTimestamp ?? '';
const momentOf = (service: MetadataOnly) => Date.parse(timeOf(service));
const namespaceOf = ({ metadata }: MetadataOnly) => metadata?.namespace ?? '';
