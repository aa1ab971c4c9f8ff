import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import stuckTerminating from '../../../runbooks/stuck-terminating.ts';
import type { Scenario } from '../../../testing/index.ts';
import { api, deleted } from '../deletion.ts';

/** A namespace that waits for an API whose Service is gone. */
const scenario: Scenario = async (stage) => {
  let registered = true;
  stage
    .answer(kubernetes.deletions, () => ({
      state: registered ? 'terminating' : 'gone',
      since: null,
      says: [],
      discoveryFails: registered,
      objects: registered ? [deleted('branch')] : [],
      notListed: [],
    }))
    .answer(kubernetes.unavailableApis, () => ({ apis: registered ? [api()] : [] }))
    .answer(kubernetes.finalizerOwners, { owners: [] })
    .answer(kubernetes.listNodes, { nodes: [] })
    .change(kubernetes.deleteApiService, {
      apply: () => {
        registered = false;
        return { note: 'deleted' };
      },
    });
  const title = 'Delete the registration of the API v1.example.com, whose Service is gone';
  stage.person('ana', 'platform-oncall').approves(title);
  const run = await stage.run(stuckTerminating, { namespace: 'preview' });
  run.ended('completed').returned({ mended: [title], state: 'gone' });
};
export default scenario;
