/** jest's `globalSetup` for tests of runbooks. */
export { startDatabaseServer as default } from './servers.ts';
