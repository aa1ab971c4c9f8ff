/** What kubectl's debug profiles give (kubectl/pkg/cmd/debug/profiles.go), to an ephemeral container and to a pod on a node. */
import type { DebugProfile } from '../contract/debugging.ts';

/** The security context of an ephemeral container. */
export const OF_CONTAINER: Readonly<Record<DebugProfile, object>> = {
  general: { capabilities: { add: ['SYS_PTRACE'] } },
  sysadmin: { privileged: true },
  netadmin: { capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } },
};

/** The security context of the container of a node's debug pod, and whether it sees the node's files at /host. */
export const ON_NODE: Readonly<Record<DebugProfile, { securityContext: object; hostFiles: boolean }>> = {
  general: { securityContext: {}, hostFiles: true },
  sysadmin: { securityContext: { privileged: true }, hostFiles: true },
  netadmin: { securityContext: { capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } }, hostFiles: false },
};

/** What people should know of a profile before they say yes. */
export const rightsOf: Readonly<Record<DebugProfile, string>> = {
  general: 'It may trace the processes that it sees, which stops them for moments',
  sysadmin: 'It is privileged: it may do anything on the node',
  netadmin: 'It may change addresses, routes and firewall rules where it runs',
};
