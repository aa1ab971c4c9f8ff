import badGatewayBehindSidecar from '../../../runbooks/bad-gateway-behind-sidecar.ts';
import type { Scenario } from '../../../testing/index.ts';
import { shopBehindSidecar } from '../sidecar.ts';

const scenario: Scenario = async (stage) => {
  shopBehindSidecar(stage);
  stage.person('ana', 'platform-oncall').approves('Raise the CPU limit of shop/main from 100m to 400m');
  const run = await stage.run(badGatewayBehindSidecar, { namespace: 'shop', name: 'shop' });
  run
    .ended('completed')
    .returned({ container: 'main', from: '100m', to: '400m' })
    .found(/istio-proxy complains of timeouts 40 times, and the kernel stops main in up to 90 %/);
};
export default scenario;
