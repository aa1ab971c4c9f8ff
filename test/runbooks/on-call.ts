import type { People } from '../../config/index.ts';

/** Ana has the watch over the platform tonight, Ben is the second who can be woken. */
export const ON_CALL: People = {
  ana: { name: 'Ana', roles: ['platform-oncall'] },
  ben: { name: 'Ben', roles: ['platform-oncall'] },
};
