import { expect, test } from '@jest/globals';
import { directories } from '../../embedded/paths.ts';

test.each([
  ['the XDG defaults', { HOME: '/h' }, '/h/.local/state/nightshift', '/h/.cache/nightshift'],
  [
    'XDG variables',
    { HOME: '/h', XDG_STATE_HOME: '/s', XDG_CACHE_HOME: '/c' },
    '/s/nightshift',
    '/c/nightshift',
  ],
  [
    'relative XDG variables, which the specification ignores',
    { HOME: '/h', XDG_STATE_HOME: 's' },
    '/h/.local/state/nightshift',
    '/h/.cache/nightshift',
  ],
  [
    'NIGHTSHIFT_HOME, which moves both',
    { HOME: '/h', XDG_STATE_HOME: '/s', NIGHTSHIFT_HOME: '/n' },
    '/n/state',
    '/n/cache',
  ],
])('%s', (_what, env, state, cache) => {
  expect(directories(env)).toEqual({ state, cache });
});
