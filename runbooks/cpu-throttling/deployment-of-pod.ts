/**
 * The Deployment that a pod's name tells: NAME-HASH-SUFFIX, as the ReplicaSet and the pod got theirs. Empty for another
 * name: CPUThrottlingHigh names the pod only, and the runs of one workload's pods have to be one.
 */
export const deploymentOfPod = (pod: string): string =>
  /^(.+)-[bcdfghjklmnpqrstvwxz2456789]{1,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$/.exec(pod)?.[1] ?? '';
