/** jest's `globalTeardown` for tests of runbooks. */
export { stopDatabaseServer as default } from './servers.ts';
