import { StepFailure } from '../../kit/index.ts';
import { dial } from './connection.ts';
import { exec, NoSession, type Ran } from './exec.ts';
import { HostPool } from './pool.ts';
import type { SshConfig } from './route.ts';

export interface RunOptions {
  readonly effect: 'read' | 'change';
  /** How long to wait for the end. What runs there needs a limit of its own, a little shorter: `endedByHost`. */
  readonly limitMs: number;
  readonly maxBytes: number;
  readonly maxLines?: number;
  /** What more output than that is: a failure, which is the default, or cut off and said in `Ran.cut`. */
  readonly more?: 'refuse' | 'cut';
  /** The command's standard input stays open while somebody waits for it: see `whileAsked`. */
  readonly held?: boolean;
  /** Who asks: callers take turns at a host. */
  readonly caller?: string | undefined;
  readonly signal: AbortSignal;
  /** Nothing is sent after this moment. */
  readonly deadline: Date;
  /** Nothing is sent to a host that shows another key; as `Ran.hostKey`. */
  readonly hostKey?: string;
}

export interface Ssh {
  /** Runs one command line (see command-line.ts) on a host. */
  run(host: string, line: string, options: RunOptions): Promise<Ran>;
  /** Ends every connection; commands in flight fail as lost. */
  close(): void;
}

/** Commands on hosts over pooled, verified connections, with one key. */
export function createSsh(config: SshConfig): Ssh {
  const pools = new Map<string, HostPool>();
  const poolOf = (host: string) => {
    const pool = pools.get(host) ?? new HostPool(() => dial(config, host));
    pools.set(host, pool);
    return pool;
  };

  return {
    async run(host, line, { deadline, hostKey, caller, ...options }) {
      for (;;) {
        const lease = await poolOf(host).acquire(options.signal, caller);
        const refusal = mayNotSend({ host, deadline, hostKey, shown: lease.hostKey, signal: options.signal });
        if (refusal) {
          lease.release();
          throw refusal;
        }
        try {
          return await exec(lease, { host, line, ...options });
        } catch (error) {
          if (!(error instanceof NoSession)) throw error;
          if (lease.narrow()) continue;
          throw new StepFailure('refused', `sshd on ${host} opens no session for this key`, {
            next: 'Look at MaxSessions and the key options in authorized_keys.',
            cause: error,
            facts: { host },
          });
        }
      }
    },
    close() {
      for (const pool of pools.values()) pool.close();
      pools.clear();
    },
  };
}

interface AboutToSend {
  readonly host: string;
  readonly deadline: Date;
  readonly hostKey: string | undefined;
  readonly shown: string;
  readonly signal: AbortSignal;
}

/** The last look before a command is sent: a process that was asleep must not act late, nor on another machine. */
function mayNotSend({ host, deadline, hostKey, shown, signal }: AboutToSend): StepFailure | undefined {
  if (signal.aborted || Date.now() >= deadline.getTime()) {
    return new StepFailure('retryable', `the deadline of the call to ${host} had passed; nothing was sent`, {
      facts: { host },
    });
  }
  if (hostKey !== undefined && hostKey !== shown) {
    return new StepFailure(
      'conflict',
      `${host} is another machine than the plan was made for: its host key is ${shown}, not ${hostKey}`,
      {
        next: 'Nothing was sent. Make the plan again.',
        facts: { host, expected: hostKey, shown },
      },
    );
  }
  return undefined;
}
