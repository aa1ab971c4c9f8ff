/** Removing the program from a host: a script for root, for `nightshift host remove` and for people who read it first. */
import { dirname } from 'node:path';
import { ALLOW_PATH, HELPER_PATH, keysPath, STATE_PATH, SUDOERS_PATH, type HelperUser } from './files.ts';

export interface HostRemovePlan {
  /** What will be gone afterwards, for the person who says yes. */
  readonly gone: readonly string[];
  /**
   * A POSIX shell script that takes no input and can run again; to be run as root. It prints a line `removed WHAT` for
   * each thing that was there and `left WHAT` for each that stays. While an operation is under way it removes nothing
   * and fails after a minute; nor does it where the sudo rule is another user's.
   */
  readonly script: string;
}

/** Throws a TypeError for a user or home that cannot be one. */
export function hostRemovePlan(account: HelperUser): HostRemovePlan {
  const keys = keysPath(account);
  return {
    gone: [
      `nightshift's two keys in ${keys}`,
      SUDOERS_PATH,
      HELPER_PATH,
      ALLOW_PATH,
      `${STATE_PATH}, with the records of operations`,
    ],
    script: script(account.user, keys),
  };
}

// Every value below is of a checked alphabet (a user's name, a path): nothing needs quoting.
const script = (user: string, keys: string): string => `#!/bin/sh
# Removes nightshift's program for hosts, its sudo rule, its two SSH keys of ${user}, its allow list and its records.
set -eu
[ "$(id -u)" = 0 ] || { echo "run this as root" >&2; exit 1; }
# The keys of another user would stay behind unseen.
if [ -e ${SUDOERS_PATH} ] && ! grep -q '^${user} ALL=' ${SUDOERS_PATH}; then
  installed=$(sed -n 's/ ALL=.*//p' ${SUDOERS_PATH} | head -n 1)
  echo "it was installed for \${installed:-another user}, not for ${user}, and nothing was removed; pass --user \${installed:-NAME}" >&2
  exit 1
fi
# Nothing begins while the lock is held; what waits for it finds no folder for its record, and refuses.
if [ -e ${STATE_PATH}/lock ]; then
  exec 9>>${STATE_PATH}/lock
  flock -w 60 9 || { echo "an operation is under way and nothing was removed; try again when it has ended" >&2; exit 1; }
fi
# As the user: root would follow a link that the user had put there.
if grep -qs -e ' nightshift-read$' -e ' nightshift-change$' ${keys}; then
  su -s /bin/sh ${user} -c '
    set -eu
    umask 077
    grep -v -e " nightshift-read\\$" -e " nightshift-change\\$" ${keys} >${keys}.new || [ $? = 1 ]
    if [ -s ${keys}.new ]; then mv ${keys}.new ${keys}; else rm ${keys}.new ${keys}; fi
  ' </dev/null || {
    echo "${keys} cannot be written by ${user}; take the lines out that end in nightshift-read and nightshift-change, and try again" >&2
    exit 1
  }
  echo "removed nightshift's keys in ${keys}"
fi
for file in ${SUDOERS_PATH} ${HELPER_PATH} ${HELPER_PATH}.new ${ALLOW_PATH}; do
  [ -e "$file" ] || continue
  rm "$file"
  echo "removed $file"
done
rmdir ${dirname(ALLOW_PATH)} 2>/dev/null || true
if [ -e ${STATE_PATH}/operations ]; then
  rm -rf ${STATE_PATH}/operations ${STATE_PATH}/lock
  echo "removed ${STATE_PATH}/operations, the records of operations"
fi
rm -f ${STATE_PATH}/lock
rmdir ${STATE_PATH} 2>/dev/null || true
for folder in ${dirname(ALLOW_PATH)} ${STATE_PATH}; do
  [ ! -e "$folder" ] || echo "left $folder: it holds what is not of nightshift's program"
done
for file in /etc/systemd/system/*.d/90-nightshift.conf; do
  [ ! -e "$file" ] || echo "left $file: a limit that a run has set is still in force"
done
! id ${user} >/dev/null 2>&1 || echo "left the user ${user}: it may be others', too"
`;
