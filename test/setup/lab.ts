export { startTestServers as default } from './servers.ts';
