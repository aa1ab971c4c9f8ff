import type { Difference, ServiceSummary } from '../../activities/kubernetes/contract.ts';

interface Peer {
  readonly to: string;
  readonly tries: number;
  readonly connected: number;
  readonly failed: Readonly<Record<string, number>>;
}

/** The address that was tried most and never reached. A local socket that is not there is asked for by way of trial. */
export const deadAddress = (peers: readonly Peer[]): Peer | undefined =>
  peers.find(({ to, connected }) => connected === 0 && !to.startsWith('unix:'));

/** `10.96.45.12:5432` as `10.96.45.12`, `[fd00::1]:443` as `fd00::1`. */
export const hostOf = (to: string): string => to.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');

/** The Service whose address that is. */
export const serviceAt = (services: readonly ServiceSummary[], to: string): ServiceSummary | undefined =>
  services.find(({ clusterIPs }) => clusterIPs.includes(hostOf(to)));

export interface EnvironmentChange {
  readonly container: string;
  readonly variable: string;
  readonly before: string;
  readonly after: string;
  /** False: a password in it is hidden or its end is cut off, so that it cannot be set again as it stands here. */
  readonly isWhole: boolean;
}

const VALUE = /containers\[name=([^\]]+)\]\.env\[name=([^\]]+)\]\.value$/;

/** The environment variable with which a release brought this address in, and what it said before. */
export function broughtIn(differences: readonly Difference[], to: string): EnvironmentChange | undefined {
  const host = hostOf(to);
  for (const { path, before, after } of differences) {
    const [, container, variable] = VALUE.exec(path) ?? [];
    if (container === undefined || variable === undefined || before === null || after === null) continue;
    if (names(after, host) && !names(before, host))
      return { container, variable, before, after, isWhole: isWhole(before) };
  }
  return undefined;
}

/** compareRevisions shows 200 characters of a value on one line, and what looks like a secret as `***` or as a hash. */
const isWhole = (value: string) => value.length < 200 && !/[\s…]|\*\*\*|^\(hidden, sha256 /.test(value);

/** 10.0.0.1 is not in 10.0.0.12. */
function names(value: string, host: string): boolean {
  for (let at = value.indexOf(host); at !== -1; at = value.indexOf(host, at + 1)) {
    const around = `${value[at - 1] ?? ''}${value[at + host.length] ?? ''}`;
    if (!/[\da-fA-F.]/.test(around)) return true;
  }
  return false;
}
