/**
 * Steps on hosts, over SSH. Reads and changes go through a small program of nightshift's on the host, the only thing
 * that the SSH user may do as root: reads with one key, changes with another.
 */
import { defineSteps, onClusters } from '../kit/index.ts';
import { connectFromHost } from './contract/connect-from-host.ts';
import { diskUsage, truncateLog, vacuumJournal } from './contract/disk.ts';
import { checksum, fileTail } from './contract/files.ts';
import { hostAnswers } from './contract/host-answers.ts';
import { iptablesRules } from './contract/iptables-rules.ts';
import { journal } from './contract/journal.ts';
import { kernelMessages } from './contract/kernel-messages.ts';
import { kubeProxySynced, waitForKubeProxySync } from './contract/kube-proxy-sync.ts';
import { memoryPressure } from './contract/memory-pressure.ts';
import { processList } from './contract/process-list.ts';
import { restartService } from './contract/restart-service.ts';
import { run } from './contract/run.ts';
import { serviceStatus } from './contract/service-status.ts';
import { setServiceLimit } from './contract/set-service-limit.ts';
import { sockets } from './contract/sockets.ts';
import { restoreFile, upload } from './contract/upload.ts';

export const hosts = defineSteps(
  'hosts',
  onClusters({
    hostAnswers,
    serviceStatus,
    journal,
    iptablesRules,
    kubeProxySynced,
    waitForKubeProxySync,
    connectFromHost,
    diskUsage,
    processList,
    memoryPressure,
    sockets,
    kernelMessages,
    fileTail,
    checksum,
    setServiceLimit,
    restartService,
    truncateLog,
    vacuumJournal,
    run,
    upload,
    restoreFile,
  }),
);

export { type Connection } from './contract/connect-from-host.ts';
export { type DiskUsage } from './contract/disk.ts';
export { type Journal } from './contract/journal.ts';
export { type KernelMessages } from './contract/kernel-messages.ts';
export { type SyncVerdict } from './contract/kube-proxy-sync.ts';
export { type ServiceStatus } from './contract/service-status.ts';
