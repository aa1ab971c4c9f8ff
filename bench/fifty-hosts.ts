/**
 * B6: fifty hosts at once, ten commands on each, one after the other, over connections that are open. Peers: ssh2 by
 * itself, and OpenSSH with a ControlMaster for each host. Then the same from nothing, with the logins.
 */
import { createSsh } from '../activities/hosts/ssh/ssh.ts';
import { Closing } from './house/closing.ts';
import { startHosts, type Hosts } from './house/hosts.ts';
import { alternate, type Plan } from './measure/alternate.ts';
import { compare, ofBlocks, type Comparison } from './measure/compare.ts';
import { ratioPairs, spread, type Spread } from './measure/statistics.ts';
import { bareSsh2, controlMasters, type Shell } from './peer/ssh.ts';

const COMMANDS = 10;
const LIMIT_MS = 120_000;

export interface FiftyHosts extends Comparison {
  readonly hosts: number;
  readonly commands: number;
  /** Milliseconds for all commands on all hosts. */
  readonly nightshiftMs: Spread;
  readonly peerMs: Spread;
  readonly controlMasterMs: Spread;
  /** ControlMaster by ours. */
  readonly controlMasterByNightshift: Spread;
  /** The same with the logins before them. */
  readonly cold: { readonly nightshiftMs: Spread; readonly peerMs: Spread; readonly ratio: Spread };
}

interface Wanted {
  readonly hosts: number;
  readonly plan: Plan;
}

/** `outer` ends what is open when the benchmark is interrupted. */
export async function fiftyHosts({ hosts: count, plan }: Wanted, outer: Closing): Promise<FiftyHosts> {
  const closing = new Closing();
  outer.add(() => closing.close());
  try {
    const hosts = await startHosts(count, closing);
    const opened = async (open: (hosts: Hosts) => Promise<Shell>) => {
      const shell = await open(hosts);
      closing.add(() => shell.close());
      return shell;
    };
    const ours = await opened(nightshift);
    const bare = await opened(bareSsh2);
    const master = await opened(controlMasters);
    const names = Object.keys(hosts.addresses);
    const warm = await alternate<number>(
      [
        { name: 'bare', measure: () => everywhere(bare, names) },
        { name: 'nightshift', measure: () => everywhere(ours, names) },
        { name: 'bare again', measure: () => everywhere(bare, names) },
        { name: 'master', measure: () => everywhere(master, names) },
      ],
      plan,
    );
    const cold = await alternate<number>(
      [
        { name: 'bare', measure: () => fromNothing(bareSsh2, hosts) },
        { name: 'nightshift', measure: () => fromNothing(nightshift, hosts) },
      ],
      { ...plan, turns: Math.min(plan.turns, 2), warmUp: 1, onBlock: () => undefined },
    );
    const [nightshiftMs, theirs, theirsAgain, masterMs, coldOurs, coldTheirs] = [
      warm['nightshift']!,
      warm['bare']!,
      warm['bare again']!,
      warm['master']!,
      cold['nightshift']!,
      cold['bare']!,
    ].map(ofBlocks) as [number[], number[], number[], number[], number[], number[]];
    return {
      ...compare({ ours: nightshiftMs, theirs, theirsAgain }),
      hosts: count,
      commands: COMMANDS,
      nightshiftMs: spread(nightshiftMs),
      peerMs: spread([...theirs, ...theirsAgain]),
      controlMasterMs: spread(masterMs),
      controlMasterByNightshift: spread(ratioPairs(masterMs, nightshiftMs)),
      cold: {
        nightshiftMs: spread(coldOurs),
        peerMs: spread(coldTheirs),
        ratio: spread(ratioPairs(coldOurs, coldTheirs)),
      },
    };
  } finally {
    await closing.close();
  }
}

async function nightshift(hosts: Hosts): Promise<Shell> {
  const { addresses, port, user, identityFile, knownHostsFile } = hosts;
  const ssh = createSsh({ addresses, port, user, identityFile, knownHostsFile, connectTimeoutMs: 60_000 });
  return {
    run: async (host, line) => {
      const { stdout } = await ssh.run(host, line, {
        effect: 'read',
        limitMs: LIMIT_MS,
        maxBytes: 1024 * 1024,
        signal: AbortSignal.timeout(LIMIT_MS),
        deadline: new Date(Date.now() + LIMIT_MS),
        caller: 'bench',
      });
      return stdout;
    },
    close: async () => ssh.close(),
  };
}

/** Milliseconds until every host has answered every command. */
async function everywhere(shell: Shell, hosts: readonly string[]): Promise<number> {
  const from = performance.now();
  await Promise.all(
    hosts.map(async (host) => {
      for (let n = 0; n < COMMANDS; n++) {
        const said = await shell.run(host, `echo ${n}`);
        if (said !== `${n}\n`) throw new Error(`${host} said ${JSON.stringify(said)} to echo ${n}`);
      }
    }),
  );
  return performance.now() - from;
}

async function fromNothing(open: (hosts: Hosts) => Promise<Shell>, hosts: Hosts): Promise<number> {
  const from = performance.now();
  const shell = await open(hosts);
  await everywhere(shell, Object.keys(hosts.addresses));
  const took = performance.now() - from;
  await shell.close();
  return took;
}
