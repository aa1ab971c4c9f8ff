import { applyManifests } from '../control-plane/apply-manifests.ts';
import { bringDebugImages } from '../images/debug-images.ts';
import { DATABASE_ADDRESS } from '../layout.ts';
import type { Scenario } from './scenario.ts';
import { deployment, untilReleased } from './shop.ts';

/** Two digits of the database's address the wrong way round: no Service has it. */
const MISTYPED = DATABASE_ADDRESS.replace(/12$/, '21');

/** Asks the database, and asks again; it says nothing of what it cannot reach. */
const RETRIES = 'while :; do nc -w 1 $DATABASE 5432 -e true 2>/dev/null; sleep 0.3; done';

const basket = (release: string, database: string) =>
  deployment({
    name: 'basket',
    labels: { release },
    runs: RETRIES,
    container: { env: [{ name: 'DATABASE', value: database }] },
  });

export const connectsToNowhere: Scenario = {
  shows: 'A release of basket has a mistyped address of its database, which it tries again and again.',
  async play({ api, details: { stateDirectory } }) {
    await bringDebugImages(stateDirectory);
    await applyManifests(api, [basket('1', DATABASE_ADDRESS)]);
    await untilReleased(api, 'basket', '1');
    await applyManifests(api, [basket('2', MISTYPED)]);
    await untilReleased(api, 'basket', '2');
  },
};
