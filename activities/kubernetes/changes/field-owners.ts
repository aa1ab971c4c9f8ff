/**
 * Who loses fields to a change, and how they get them back. A write by patch makes its author the owner of each field
 * that it changes, and takes it from whoever owned it before: the API server does so in a dry run as well, so that the
 * two states of the object say exactly whose fields the change takes: those that an owner no longer has, and nobody else
 * has either. (Of more than ten that update, the API server folds the oldest entries into one, `ancient-changes`.)
 */
import { FIELD_MANAGER } from '../client/field-manager.ts';
import type { MetadataOnly } from '../client/raw.ts';
import type { FieldOwner } from '../contract/field-owner.ts';
import { both, fieldsOf, fieldsV1Of, together, without, type FieldPath } from './field-sets.ts';

type Entry = NonNullable<NonNullable<MetadataOnly['metadata']>['managedFields']>[number];

export function ownersBefore(before: MetadataOnly, after: MetadataOnly): FieldOwner[] {
  const then = entriesOf(after);
  const ofOthers = then.filter((e) => e.manager !== FIELD_MANAGER).flatMap(fieldsIn);
  return entriesOf(before).flatMap((entry) => {
    if (entry.manager === FIELD_MANAGER) return [];
    const fields = without(fieldsIn(entry), ofOthers);
    if (fields.length === 0) return [];
    return [
      {
        manager: entry.manager ?? '',
        operation: entry.operation === 'Apply' ? ('Apply' as const) : ('Update' as const),
        apiVersion: entry.apiVersion ?? '',
        ...(entry.subresource && { subresource: entry.subresource }),
        // Over the wire it is a text, whatever the library's type says.
        time: String(entry.time ?? ''),
        fields: fields.map((path) => [...path]),
      },
    ];
  });
}

/** `managedFields` with the fields that nightshift holds given to those who owned them before; undefined when it holds none. */
export function handedBack(object: MetadataOnly, owners: readonly FieldOwner[]): Entry[] | undefined {
  const entries = entriesOf(object);
  const own = entries.find((e) => e.manager === FIELD_MANAGER && e.operation === 'Update' && !e.subresource);
  const held = fieldsIn(own);
  const given = owners
    .map((owner) => ({ ...owner, fields: both(owner.fields, held) }))
    .filter(({ fields }) => fields.length > 0);
  if (!own || given.length === 0) return undefined;
  const away = given.flatMap(({ fields }) => fields);
  const rest = withoutWayTo(away, without(held, away));
  const others = entries.filter((e) => e !== own && !given.some((owner) => isSame(owner, e)));
  return [
    ...others,
    ...given.map(({ fields, time, ...owner }) => {
      const now: Entry = entries.find((e) => isSame(owner, e)) ?? { ...owner, ...(time && { time }) };
      const all = together(fieldsIn(now), fields);
      return { ...now, fieldsType: 'FieldsV1', fieldsV1: fieldsV1Of(all) };
    }),
    ...(rest.length > 0 ? [{ ...own, fieldsV1: fieldsV1Of(rest) }] : []),
  ];
}

/** Who writes `limits.memory` where no limits were owns `limits` as well: that goes along, unless more of it is held. */
const withoutWayTo = (away: readonly FieldPath[], held: readonly FieldPath[]): FieldPath[] =>
  held.filter((path) => {
    const isOn = (other: FieldPath) => other.length > path.length && path.every((e, i) => e === other[i]);
    return !away.some(isOn) || held.some(isOn);
  });

const fieldsIn = (entry: Entry | undefined): FieldPath[] => fieldsOf(entry?.fieldsV1 as object | undefined);

const entriesOf = ({ metadata }: MetadataOnly): readonly Entry[] => metadata?.managedFields ?? [];

type Named = Pick<Entry, 'manager' | 'operation' | 'apiVersion' | 'subresource'>;
const isSame = (a: Named, b: Named): boolean =>
  (['manager', 'operation', 'apiVersion', 'subresource'] as const).every(
    (key) => (a[key] ?? '') === (b[key] ?? ''),
  );
