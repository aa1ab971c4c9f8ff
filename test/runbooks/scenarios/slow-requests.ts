import slowRequests from '../../../runbooks/slow-requests.ts';
import type { Scenario } from '../../../testing/index.ts';
import { slowShop } from '../slow.ts';

const scenario: Scenario = async (stage) => {
  slowShop(stage);
  stage.person('ana', 'platform-oncall').approves('Roll cache back from revision 2 to 1');
  const run = await stage.run(slowRequests, { namespace: 'shop', service: 'api' });
  run.ended('completed').found(/3 of 3 slow requests spend most of their time in GET of cache/);
};
export default scenario;
