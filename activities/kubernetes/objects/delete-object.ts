import { implementChange, StepFailure } from '../../kit/index.ts';
import { hasStatus } from '../client/failure.ts';
import type { Limits } from '../client/http.ts';
import type { MetadataOnly } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { CREATED_BY, type AnyObject } from '../contract/objects.ts';
import { controllerOf } from '../pods/lineage.ts';
import { mayBeReverted } from '../workloads/deployed-by.ts';
import { calledObject, resolve, whereOf } from './resolve.ts';

interface Expected {
  readonly uid: string | null;
  readonly createdBy: string | null;
}

/** What kubectl asks for as well. */
const propagationPolicy = 'Background';

export const deleteObject = ({ api }: KubernetesClient) => {
  return implementChange(kubernetes.deleteObject, {
    async plan({ object: named, createdBy = null }, context) {
      const { resource, object } = await find(named, context);
      const called = calledObject(named);
      if (!object) {
        const warnings = [`${called} is gone already: nothing changes`];
        return { diff: [], preconditions: { uid: null, createdBy }, preimage: {}, dryRun: 'none', warnings };
      }
      assertMeant(named, object, { uid: null, createdBy });
      const uid = object.metadata?.uid ?? '';
      await api.remove(resource, { ...whereOf(named), uid, propagationPolicy, dryRun: true }, context);
      return {
        diff: [
          { path: called, before: { uid, created: object.metadata?.creationTimestamp ?? null }, after: null },
        ],
        preconditions: { uid, createdBy },
        preimage: {},
        dryRun: 'server',
        warnings: [...consequences(named, object), ...mayBeReverted(object)],
      };
    },

    async apply({ object: named }, expected, context) {
      const { resource, object } = await find(named, context);
      if (!object) return { outcome: 'already-satisfied', output: { note: 'it was gone already' } };
      assertMeant(named, object, expected);
      if (object.metadata?.deletionTimestamp) {
        return { outcome: 'already-satisfied', output: { note: 'it was being deleted already' } };
      }
      if (expected.uid === null && expected.createdBy === null) {
        throw new StepFailure('conflict', `${calledObject(named)} was made since this was planned`);
      }
      try {
        const uid = object.metadata?.uid ?? '';
        await api.remove(resource, { ...whereOf(named), uid, propagationPolicy }, context);
      } catch (error) {
        if (!hasStatus(error, 404)) throw error;
        return { outcome: 'already-satisfied', output: { note: 'it was gone already' } };
      }
      return { outcome: 'applied', output: { note: `${calledObject(named)} is deleted` } };
    },

    async probe({ object: named }, { uid, createdBy }, context) {
      const { object } = await find(named, context);
      const same =
        uid === null
          ? object?.metadata?.annotations?.[CREATED_BY] === createdBy
          : object?.metadata?.uid === uid;
      if (!object || !same) return { state: 'applied', output: { note: 'it is gone' } };
      return object.metadata?.deletionTimestamp
        ? { state: 'applied', output: { note: 'it is being deleted' } }
        : { state: 'not-applied' };
    },
  });

  /** Only its metadata is read: deleting a Secret needs nothing of what it holds. */
  async function find(named: AnyObject, limits: Limits) {
    const { resource } = await resolve(api, named, {}, limits);
    const object: MetadataOnly | undefined = await api.findMetadata(resource, whereOf(named), limits);
    return { resource, object };
  }
};

function assertMeant(named: AnyObject, { metadata }: MetadataOnly, { uid, createdBy }: Expected): void {
  const called = calledObject(named);
  if (uid !== null && metadata?.uid !== uid) {
    throw new StepFailure('conflict', `${called} was replaced: another one has its name now`, {
      next: 'Look at the new one; the one that was meant is gone.',
    });
  }
  const by = metadata?.annotations?.[CREATED_BY];
  if (createdBy !== null && by !== createdBy) {
    throw new StepFailure('conflict', `${called} was not made by ${createdBy}${by ? `, but by ${by}` : ''}`, {
      next: 'It was there before, or somebody made it anew: it stays.',
    });
  }
}

/** Kinds whose deletion takes more than the object. */
const TAKES_ALONG: Readonly<Record<string, string>> = {
  namespaces: 'Everything in the namespace is deleted with it',
  'customresourcedefinitions.apiextensions.k8s.io': 'All objects of this kind are deleted with it',
  persistentvolumeclaims:
    'Its volume is deleted with it where the reclaim policy says so, and the data with that',
};

/** What goes with an object of this kind besides what it owns, as a sentence; undefined where nothing does. */
export const takesAlong = ({ group, resource }: Pick<AnyObject, 'group' | 'resource'>): string | undefined =>
  TAKES_ALONG[group ? `${resource}.${group}` : resource];

function consequences({ group, resource }: AnyObject, object: MetadataOnly): string[] {
  const owner = controllerOf(object);
  const { finalizers = [] } = object.metadata ?? {};
  const more = takesAlong({ group, resource });
  return [
    ...(more ? [more] : []),
    ...(finalizers.length > 0 ? [`It stays until these are done: ${finalizers.join(', ')}`] : []),
    ...(owner ? [`${owner.kind} ${owner.name} owns it and may make it again`] : []),
    'What it owns (pods of a workload, for instance) is deleted after it',
  ];
}
