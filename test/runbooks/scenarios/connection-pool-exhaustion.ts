import connectionPoolExhaustion from '../../../runbooks/connection-pool-exhaustion.ts';
import type { Scenario } from '../../../testing/index.ts';
import { LOST, shopWithoutConnections } from '../pool.ts';

const scenario: Scenario = async (stage) => {
  shopWithoutConnections(stage, { pools: { a: [8, 8], b: [8, 8], c: [2, 0] }, goroutines: LOST });
  stage
    .person('ana', 'platform-oncall')
    .approves('Restart shop, of which 2 of 3 pods lost their connections');
  const run = await stage.run(connectionPoolExhaustion, { namespace: 'shop', deployment: 'shop' });
  run.ended('completed').found(/8 of 8 connections of a never come back, and only 0 goroutines do anything/);
};
export default scenario;
