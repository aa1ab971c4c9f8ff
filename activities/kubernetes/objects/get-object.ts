import { implementRead, StepFailure } from '../../kit/index.ts';
import { withoutSecretValues } from '../changes/for-the-record.ts';
import type { ApiClient } from '../client/client.ts';
import type { Limits } from '../client/http.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { jsonPath, type Json } from '../contract/json-path.ts';
import type { AnyObject } from '../contract/objects.ts';
import { deployedBy } from '../workloads/deployed-by.ts';
import { calledObject, resolve, whereOf, type AnyRaw } from './resolve.ts';

/** Results go into histories: of an object that is larger, its values are asked for. */
const LARGEST = 100_000;
const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

export const getObject = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.getObject, async ({ object: named, fields }, context) => {
    const found = await findObject(api, named, context);
    if (!found) return { found: false, uid: null, deployedBy: [], object: null, fields: {} };
    const values = fieldsOf(found, fields ?? {});
    const object = fields === undefined ? shown(found) : null;
    if (JSON.stringify([object, values]).length > LARGEST) {
      throw new StepFailure('invalid', `${calledObject(named)} is too large for a result`, {
        next: 'Ask for the values that matter: fields: { phase: "{.status.phase}" }.',
      });
    }
    const uid = found.metadata?.uid ?? '';
    return { found: true, uid, deployedBy: deployedBy(found), object, fields: values };
  });

/** An object of any kind, or undefined where there is none of that name. */
export async function findObject(
  api: ApiClient,
  named: AnyObject,
  limits: Limits,
): Promise<AnyRaw | undefined> {
  const { resource } = await resolve(api, named, {}, limits);
  return (await api.find(resource, whereOf(named), limits)) as AnyRaw | undefined;
}

/** All values that each path finds, without what looks like a secret. */
export const fieldsOf = (object: AnyRaw, paths: Readonly<Record<string, string>>): Record<string, Json[]> =>
  Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, jsonPath(path)(shown(object))]));

/** The object without who wrote its fields, which is larger than they are, and without what looks like a secret. */
function shown(object: AnyRaw): Record<string, Json> {
  const { metadata, ...rest } = object as unknown as Record<string, Json>;
  const { managedFields: _, annotations, ...kept } = (metadata ?? {}) as Record<string, Json>;
  const { [APPLIED]: _applied, ...others } = (annotations ?? {}) as Record<string, Json>;
  return withoutSecretValues({ ...rest, metadata: { ...kept, annotations: others } }) as Record<string, Json>;
}
