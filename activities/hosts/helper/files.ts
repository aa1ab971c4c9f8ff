/** The files that make a host answer nightshift: the program, what sudo allows, and the two keys with their forced commands. */
import { readFileSync } from 'node:fs';

export const HELPER_PATH = '/usr/local/sbin/nightshift-host';

export const SUDOERS_PATH = '/etc/sudoers.d/nightshift';

/** The program's records of the operations that it carried out, and its lock. */
export const STATE_PATH = '/var/lib/nightshift';

/** Where root says what may be read, written and run. */
export const ALLOW_PATH = '/etc/nightshift/host.allow';

/** What the program allows without the file, and how more is allowed. Written once; from then on it is root's. */
export const DEFAULT_ALLOW = `# What nightshift may do on this host beside looking at services and the system, one permission a line. Installing it
# again leaves this file as it is. It counts only while root owns it and nobody else can write it.
#
#   tail FOLDER        read the end of files in this folder and below it
#   checksum FOLDER    tell a file's SHA-256, size and time, not its content
#   upload FOLDER      write files there; a person approves each, and sees both contents
#   run PROGRAM WORD   run this command; a word * is any one word, ** at the end any more words
tail /var/log
checksum /var/log
checksum /etc
checksum /usr
checksum /opt

#upload /etc/myapp
#run /usr/sbin/conntrack -D -d *
`;

export interface HelperFile {
  readonly path: string;
  /** As chmod takes it, e.g. `0o755`. */
  readonly mode: number;
  /** As chown takes it: `root:root`. */
  readonly owner: string;
  readonly content: string;
}

export interface HelperUser {
  /** The SSH user, not root; `oncall` by custom. */
  readonly user: string;
  /** `/home/USER` when absent. */
  readonly home?: string;
}

export interface HelperAccount extends HelperUser {
  /** Public keys as in a `.pub` file. The reading key can look, the changing key can look and change. */
  readonly readKey: string;
  readonly changeKey: string;
}

/** The file with the user's keys. Throws a TypeError for a name or folder that a script could not hold unquoted. */
export function keysPath({ user, home = `/home/${user}` }: HelperUser): string {
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(user)) throw new TypeError(`"${user}" is not the name of a user`);
  if (!/^\/[A-Za-z0-9._/-]+$/.test(home)) throw new TypeError(`"${home}" is not a home folder`);
  return `${home}/.ssh/authorized_keys`;
}

/** Pure but for reading the program beside this module. Parents of the paths must exist; `.ssh` is 0700 and the user's own. */
export function helperFiles({ readKey, changeKey, ...account }: HelperAccount): HelperFile[] {
  const { user } = account;
  const keys = keysPath(account);
  return [
    {
      path: HELPER_PATH,
      mode: 0o755,
      owner: 'root:root',
      content: readFileSync(new URL('./nightshift-host', import.meta.url), 'utf8'),
    },
    { path: SUDOERS_PATH, mode: 0o440, owner: 'root:root', content: sudoers(user) },
    {
      path: keys,
      mode: 0o600,
      owner: `${user}:${user}`,
      content: `${authorizedKey('read', readKey)}\n${authorizedKey('change', changeKey)}\n`,
    },
  ];
}

/**
 * No terminal in between: a pty would hang up on the program when the connection is lost in the middle of a change. The
 * program logs what it changes itself; sudo would write a file's whole content into the log.
 */
const sudoers = (user: string) => `# Written by nightshift.
Cmnd_Alias NIGHTSHIFT_UPLOAD = ${HELPER_PATH} change upload *
Defaults!NIGHTSHIFT_UPLOAD !syslog
Defaults!${HELPER_PATH} !use_pty, !requiretty
${user} ALL=(root) NOPASSWD: ${HELPER_PATH} read *
${user} ALL=(root) NOPASSWD: ${HELPER_PATH} change *
`;

/** The line's comment marks it as nightshift's, so that installing again replaces it and no other. */
function authorizedKey(level: 'read' | 'change', key: string): string {
  const [type, blob] = key.trim().split(/\s+/);
  if (
    !type ||
    !blob ||
    !/^[a-z0-9@.-]+$/.test(type) ||
    !/^[A-Za-z0-9+/]+=*$/.test(blob) ||
    key.trim().includes('\n')
  ) {
    throw new TypeError(`the ${level} key is not one line of a public key file ("ssh-ed25519 AAAA...")`);
  }
  return `restrict,command="${HELPER_PATH} via-ssh ${level}" ${type} ${blob} nightshift-${level}`;
}
