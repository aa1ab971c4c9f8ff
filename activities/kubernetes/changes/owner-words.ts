import type { FieldOwner } from '../contract/field-owner.ts';
import { fieldName, innermost } from './field-sets.ts';

const AT_MOST = 3;

/** Managers behind which stands a person at a keyboard: nothing writes again by itself. */
const BY_HAND = /^kubectl-(?!client-side-apply$)|^(kubectl|k9s|Mozilla)$/;

/** What becomes of it that a change takes fields from their owner. */
export function ownerWords({ manager, operation, time, fields }: FieldOwner): string {
  const names = innermost(fields).map(fieldName);
  const more = names.length - AT_MOST;
  const what = [...names.slice(0, AT_MOST), ...(more > 0 ? [`${more} more`] : [])].join(', ');
  const when = time ? ` at ${time}` : '';
  if (operation === 'Apply')
    return `${manager} applies ${what}: its next apply writes its own value again, or is refused by a conflict with nightshift; make the same change there`;
  if (manager === 'kubectl-client-side-apply')
    return `${what} came from a manifest (kubectl apply${when}): applying that again writes its value again; make the same change there`;
  if (BY_HAND.test(manager))
    return `${what} was set by hand (${manager}${when}): nobody sets it back by itself`;
  return `${manager} wrote ${what}${when}, and may write it again`;
}
