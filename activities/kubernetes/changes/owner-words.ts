import type { FieldOwner } from '../contract/field-owner.ts';
import { fieldName, innermost } from './field-sets.ts';

const AT_MOST = 3;

/** Managers behind which stands a person at a keyboard: nothing writes again by itself. */
const BY_HAND = /^(kubectl-edit|k9s|Mozilla)$/;
/** A person's as well as a pipeline's. */
const KUBECTL = /^kubectl(-|$)/;

/** What becomes of it that a change takes fields from their owner. */
export function ownerWords({ manager, operation, subresource, time, fields }: FieldOwner): string {
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
  if (KUBECTL.test(manager))
    return `${what} was written with ${manager.replace('-', ' ')}${when}: by hand, or by a pipeline that may write it again`;
  if (subresource === 'scale')
    return `${manager} scaled it (${what}${when}), as an autoscaler does, and may do so again`;
  return `${manager} wrote ${what}${when}, and may write it again`;
}
