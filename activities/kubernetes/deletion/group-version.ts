import type { ApiClient } from '../client/client.ts';
import type { Limits } from '../client/http.ts';

/** The version of a group that the server prefers, as paths have it: `apis/apps/v1`. `invalid` when there is no such group. */
export async function groupVersionOf(api: ApiClient, group: string, limits: Limits): Promise<string> {
  if (group === '') return 'api/v1';
  // The group's own page, one above its versions.
  const { preferredVersion } = (await api.get({ groupVersion: 'apis', plural: group }, {}, limits)) as {
    preferredVersion?: { groupVersion?: string };
  };
  return `apis/${preferredVersion?.groupVersion ?? `${group}/v1`}`;
}
