import type { V1ContainerStatus } from '@kubernetes/client-node';
import type { Raw } from '../client/raw.ts';

export type ContainerState =
  | { readonly state: 'pending'; readonly why: string }
  | { readonly state: 'ended'; readonly exitCode: number; readonly output: string }
  | { readonly state: 'impossible'; readonly why: string };

/** How it ended, or why that is not known. */
export type Ended =
  Exclude<ContainerState, { state: 'pending' }> | { readonly state: 'late'; readonly why: string };

/** For these a container that never restarts still waits for ever. */
const HOPELESS = new Set([
  'ErrImageNeverPull',
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/** How far a container that runs once has come; its output is the termination message. */
export function containerState(container: Raw<V1ContainerStatus> | undefined): ContainerState {
  const ended = container?.state?.terminated;
  if (ended && ended.reason !== 'StartError' && ended.reason !== 'ContainerCannotRun') {
    return { state: 'ended', exitCode: ended.exitCode, output: ended.message ?? '' };
  }
  if (ended) return { state: 'impossible', why: `${ended.reason}: ${ended.message ?? ''}` };
  const waiting = container?.state?.waiting;
  if (waiting?.reason && HOPELESS.has(waiting.reason)) {
    return { state: 'impossible', why: `${waiting.reason}: ${waiting.message ?? ''}` };
  }
  return {
    state: 'pending',
    why: waiting?.reason ?? (container ? 'running' : 'not taken up by the kubelet'),
  };
}
