import { join } from 'node:path';
import { buildGo, resolveBinaries, type OnProgress as OnBinaryProgress } from '../embedded/binaries/index.ts';
import type { OnProgress } from './events.ts';
import { onPath } from './images/on-path.ts';

const FROM_EMBEDDED = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
] as const;

export interface Programs extends Record<(typeof FROM_EMBEDDED)[number], string> {
  readonly paymentService: string;
  readonly busybox: string;
  readonly prometheus: string;
  readonly alertmanager: string;
}

/** The programs that a lab runs. Nothing of it is installed here: `lab.can()` names the packages that are missing. */
export async function resolvePrograms(onProgress: OnProgress): Promise<Programs> {
  const tell: OnBinaryProgress = ({ name, phase, detail }) =>
    onProgress({
      kind: 'note',
      stage: 'programs',
      message: `${name}: ${phase}${detail ? ` (${detail})` : ''}`,
    });
  const built = await resolveBinaries(FROM_EMBEDDED, { onProgress: tell });
  const paymentService = await buildGo({
    name: 'payment-service',
    dir: join(import.meta.dirname, 'payment-service'),
    onProgress: tell,
  });
  return {
    ...built,
    paymentService,
    busybox: await onPath('busybox'),
    prometheus: await onPath('prometheus'),
    alertmanager: await onPath('prometheus-alertmanager'),
  };
}
