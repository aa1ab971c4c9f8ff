import { childrenOf } from '../machine/process-table.ts';
import { readPart } from '../machine/background.ts';
import { command, type CommandOptions, type CommandResult } from '../machine/command.ts';

/** The pid, as the machine counts, of a node's PID 1. */
export function initOf(stateDirectory: string, node: string): number {
  const unshare = readPart(stateDirectory, node)?.process.pid;
  const init = unshare === undefined ? undefined : childrenOf(unshare)[0];
  if (init === undefined) throw new Error(`${node} is not running; \`nightshift lab status\` says what is`);
  return init;
}

/** Runs a command as root inside a node, past sshd: the lab's own hand, and the tests' independent eye. */
export async function insideNode(
  where: { stateDirectory: string; node: string },
  argv: readonly string[],
  options?: CommandOptions,
): Promise<CommandResult> {
  const init = initOf(where.stateDirectory, where.node);
  const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup'];
  return command(['nsenter', `--target=${init}`, ...namespaces, '--root', '--wd=/', '--', ...argv], {
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    ...options,
  });
}
