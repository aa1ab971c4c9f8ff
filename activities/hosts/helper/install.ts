/** Installing the program on a host: a script for root, for `nightshift host install` and for people who read it first. */
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { ALLOW_PATH, DEFAULT_ALLOW, helperFiles, STATE_PATH, type HelperAccount } from './files.ts';

export { HELPER_PATH, helperFiles, type HelperAccount } from './files.ts';

export interface HostInstallPlan {
  /** What will be there afterwards, for the person who says yes. */
  readonly files: readonly {
    readonly path: string;
    readonly mode: string;
    readonly owner: string;
    readonly sha256: string;
  }[];
  /** A POSIX shell script that takes no input and can run again; to be run as root. */
  readonly script: string;
}

export function hostInstallPlan(account: HelperAccount): HostInstallPlan {
  const files = helperFiles(account);
  return {
    files: files.map(({ path, mode, owner, content }) => ({
      path,
      mode: `0${mode.toString(8)}`,
      owner,
      sha256: createHash('sha256').update(content).digest('hex'),
    })),
    script: script(account, files),
  };
}

function script(
  { user, home = `/home/${user}` }: HelperAccount,
  files: ReturnType<typeof helperFiles>,
): string {
  const [program, sudoers, keys] = files.map(({ content }) => base64(content));
  // Every value below is of a checked alphabet (a user's name, a path) or base64: nothing needs quoting.
  return `#!/bin/sh
# Installs nightshift's program for hosts, its sudo rule and its two SSH keys for ${user}.
set -eu
[ "$(id -u)" = 0 ] || { echo "run this as root" >&2; exit 1; }
for program in systemctl journalctl flock logger timeout sha256sum sudo visudo; do
  command -v "$program" >/dev/null || { echo "$program is missing on this host" >&2; exit 1; }
done
id ${user} >/dev/null 2>&1 || useradd --create-home --home-dir ${home} --shell /bin/sh --password '*' ${user}
new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT
echo ${program!} | base64 -d >"$new/program"
echo ${sudoers!} | base64 -d >"$new/sudoers"
echo ${keys!} | base64 -d >"$new/keys"
sh -n "$new/program"
visudo -cqf "$new/sudoers"
install -d -m 0700 -o root -g root ${STATE_PATH} ${STATE_PATH}/operations
install -m 0755 -o root -g root "$new/program" ${files[0]!.path}.new
mv ${files[0]!.path}.new ${files[0]!.path}
install -m 0440 -o root -g root "$new/sudoers" ${files[1]!.path}
[ -e ${ALLOW_PATH} ] || {
  install -d -m 0755 -o root -g root ${dirname(ALLOW_PATH)}
  echo ${base64(DEFAULT_ALLOW)} | base64 -d >"$new/allow"
  install -m 0644 -o root -g root "$new/allow" ${ALLOW_PATH}
}
install -d -m 0700 -o ${user} -g ${user} ${home}/.ssh
touch ${files[2]!.path}
grep -v -e ' nightshift-read$' -e ' nightshift-change$' ${files[2]!.path} >"$new/others" || true
cat "$new/others" "$new/keys" >"$new/authorized_keys"
install -m 0600 -o ${user} -g ${user} "$new/authorized_keys" ${files[2]!.path}
${files[0]!.path} version
`;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
