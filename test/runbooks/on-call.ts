import type { People } from '../../config/index.ts';

/** Ana has the watch over the platform tonight. */
export const ON_CALL: People = { ana: { name: 'Ana', roles: ['platform-oncall'] } };
