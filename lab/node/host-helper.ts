/** Where the product's helper lives on a host: the only program that sudo lets `oncall` run. */
export const HOST_HELPER_PATH = '/usr/local/sbin/nightshift-host';

/** The product's helper for hosts, as the lab installs it: the lab knows the file, not what it does. */
export interface HostHelper {
  readonly file: string;
  /** Options in front of a key in authorized_keys, such as `restrict,command="..."`. */
  readonly readingKeyOptions?: string;
  readonly changingKeyOptions?: string;
}
