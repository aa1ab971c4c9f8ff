import { implementChange, type CallContext } from '../../kit/index.ts';
import {
  applyValues,
  diffOfValues,
  planValues,
  probeValues,
  type ValueChange,
  type Values,
} from '../changes/change-values.ts';
import { assertForTheRecord } from '../changes/for-the-record.ts';
import type { MetadataOnly } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { Json } from '../contract/json-path.ts';
import type { AnyObject } from '../contract/objects.ts';
import { mayBeReverted } from '../workloads/deployed-by.ts';
import { fieldOf, leavesOf, patchOf, valuesAt } from './merge-patch.ts';
import { calledObject, resolve, whereOf } from './resolve.ts';
import { templateWords } from './template-words.ts';

interface Wanted {
  readonly object: AnyObject;
  readonly patch: { [field: string]: Json };
}

export const patchObject = ({ api }: KubernetesClient) => {
  return implementChange(kubernetes.patchObject, {
    async plan(input, context) {
      const change = await changeOf(input, leavesOf(input.patch), context);
      const { object, after, ...planned } = await planValues(change, context);
      const written = change.valuesOf(after);
      // After the plan was made from them and before anybody is shown or told them.
      assertForTheRecord(calledObject(input.object), input.patch, patchOf(planned.preimage.present));
      const seen = { ...planned.preimage, written };
      return {
        ...planned,
        preconditions: seen,
        preimage: seen,
        ...(planned.dryRun === 'server' && {
          warnings:
            planned.diff.length === 0
              ? ['The API server takes none of these fields: look for a misspelt name']
              : [...templateWords(planned.diff), ...mayBeReverted(object, after)],
        }),
      };
    },
    async apply(input, { written, ...expected }, context) {
      const change = await changeOf(input, written, context);
      return applyValues(change, { expected, output: identityOf }, context);
    },
    async probe(input, { written, ...expected }, context) {
      const change = await changeOf(input, written, context);
      return probeValues(change, { expected, output: identityOf }, context);
    },
    undo({ uid, present, written }, { input: { object } }) {
      const diff = diffOfValues(written, present, fieldOf);
      if (diff.length === 0) return undefined;
      const change = kubernetes.patchObject({ object, patch: patchOf(present) });
      return { change, preconditions: { uid, present: written, written: present }, diff };
    },
  });

  async function changeOf(
    { object: named, patch }: Wanted,
    wanted: Values,
    context: CallContext,
  ): Promise<ValueChange<MetadataOnly>> {
    const { resource } = await resolve(api, named, {}, context);
    return {
      called: calledObject(named),
      wanted,
      find: (limits) => api.find(resource, whereOf(named), limits),
      valuesOf: (object) => valuesAt(object, Object.keys(wanted)),
      write({ metadata }, { dryRun }, limits) {
        const guard = { uid: metadata?.uid, resourceVersion: metadata?.resourceVersion };
        const guarded = { ...patch, metadata: { ...(patch['metadata'] as object | undefined), ...guard } };
        return api.patch(
          resource,
          { ...whereOf(named), patch: guarded, type: 'merge-patch', dryRun },
          limits,
        );
      },
    };
  }
};

const identityOf = (object: MetadataOnly, written = object) => ({
  uid: object.metadata?.uid ?? '',
  generation: written.metadata?.generation ?? null,
});
