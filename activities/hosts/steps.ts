import { StepFailure, type ImplementedStep } from '../kit/index.ts';
import { checksumStep } from './checksum.ts';
import { connectFromHostStep } from './connect-from-host.ts';
import { diskUsageStep } from './disk-usage.ts';
import { fileTailStep } from './file-tail.ts';
import { hostAnswersStep } from './host-answers.ts';
import { iptablesRulesStep } from './iptables-rules.ts';
import { journalStep } from './journal.ts';
import { kernelMessagesStep } from './kernel-messages.ts';
import { kubeProxySyncedStep, waitForKubeProxySyncStep } from './kube-proxy-sync.ts';
import { memoryPressureStep } from './memory-pressure.ts';
import { processListStep } from './process-list.ts';
import { restartServiceStep } from './restart-service.ts';
import { runStep } from './run.ts';
import type { ServiceRouting } from './service-routing.ts';
import { serviceStatusStep } from './service-status.ts';
import { setServiceLimitStep } from './set-service-limit.ts';
import { socketsStep } from './sockets.ts';
import type { Ssh } from './ssh/ssh.ts';
import { truncateLogStep } from './truncate-log.ts';
import { restoreFileStep, uploadStep } from './upload.ts';
import { vacuumJournalStep } from './vacuum-journal.ts';

export interface HostsClients {
  readonly ssh: {
    /** With the key that may look. */
    readonly read: Ssh;
    /** With the key that may change; a worker that only reads has none. */
    readonly change?: Ssh;
  };
  /** The cluster's Services and their endpoints, as the API has them now. */
  readonly serviceRouting: () => Promise<ServiceRouting>;
}

/** The steps on hosts, ready to be called. */
export function createHostsSteps({ ssh, serviceRouting }: HostsClients): ImplementedStep[] {
  const sources = { ssh: ssh.read, serviceRouting };
  const change = ssh.change ?? withoutKey;
  return [
    hostAnswersStep(ssh.read),
    serviceStatusStep(ssh.read),
    journalStep(ssh.read),
    iptablesRulesStep(ssh.read),
    connectFromHostStep(ssh.read),
    diskUsageStep(ssh.read),
    processListStep(ssh.read),
    memoryPressureStep(ssh.read),
    socketsStep(ssh.read),
    kernelMessagesStep(ssh.read),
    fileTailStep(ssh.read),
    checksumStep(ssh.read),
    kubeProxySyncedStep(sources),
    waitForKubeProxySyncStep(sources),
    setServiceLimitStep(change),
    restartServiceStep(change),
    truncateLogStep(change),
    vacuumJournalStep(change),
    runStep(change),
    uploadStep(change),
    restoreFileStep(change),
  ];
}

const withoutKey: Ssh = {
  run: async (host) => {
    throw new StepFailure('refused', `this worker has no SSH key that may change ${host}`, {
      next: 'Give the worker that carries changes out the changing key.',
      facts: { host },
    });
  },
  close: () => {},
};
