/**
 * Credentials from a program that the kubeconfig names (client.authentication.k8s.io). It is called once for however
 * many requests want them at the same time, again when they expire, and when the API server no longer takes them.
 */
import { spawn } from 'node:child_process';
import { isAbsolute, join } from 'node:path';
import { StepFailure } from '../../kit/index.ts';
import { printable } from './failure.ts';

/** The `exec` of a kubeconfig's user. */
export interface ExecConfig {
  readonly apiVersion?: string;
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
}

export interface ExecCredential {
  readonly token?: string;
  /** PEM. */
  readonly clientCertificateData?: string;
  /** PEM. */
  readonly clientKeyData?: string;
  readonly expirationTimestamp?: string;
}

export interface ExecPlugin {
  /** What it said last, while that is good. Throws a StepFailure when it cannot be had. */
  credential(): Promise<ExecCredential>;
  /** The API server did not take this one: the next request asks anew, unless somebody has done so already. */
  refused(credential: ExecCredential): void;
}

const LIMIT_MS = 30_000;
/** Not handed out any more so shortly before its end: a request takes its time, and clocks differ. */
const BEFORE_ITS_END_MS = 5_000;

export function createExecPlugin(
  exec: ExecConfig,
  o: { readonly directory: string; readonly cluster: Readonly<Record<string, unknown>> },
): ExecPlugin {
  let held: ExecCredential | undefined;
  let asking: Promise<ExecCredential> | undefined;
  const isGood = ({ expirationTimestamp: end }: ExecCredential) =>
    end === undefined || Date.parse(end) - BEFORE_ITS_END_MS > Date.now();
  return {
    async credential() {
      if (held && isGood(held)) return held;
      asking ??= ask(exec, o).finally(() => (asking = undefined));
      return (held = await asking);
    },
    refused(credential) {
      if (held === credential) held = undefined;
    },
  };
}

function ask(
  exec: ExecConfig,
  { directory, cluster }: { readonly directory: string; readonly cluster: Readonly<Record<string, unknown>> },
): Promise<ExecCredential> {
  const { command, args, env } = exec;
  // As client-go has it: a path counts from the kubeconfig, a bare name is looked up.
  const program = command.includes('/') && !isAbsolute(command) ? join(directory, command) : command;
  const info = {
    apiVersion: exec.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(exec.provideClusterInfo && { cluster }) },
  };
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...(args ?? [])], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
      env: {
        ...process.env,
        ...Object.fromEntries((env ?? []).map(({ name, value }) => [name, value])),
        KUBERNETES_EXEC_INFO: JSON.stringify(info),
      },
    });
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (chunk: string) => {
        if (said[stream].length < 1_000_000) said[stream] += chunk;
      });
    }
    const failed = (why: string, kind: 'retryable' | 'invalid' = 'retryable') =>
      reject(
        new StepFailure(kind, `The credential program ${command} of the kubeconfig ${why}`, {
          next: exec.installHint ? printable(exec.installHint, 300) : 'Run it by hand as the worker’s user.',
        }),
      );
    child.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT'
        ? failed('is not installed', 'invalid')
        : failed(`could not be run: ${error.message}`),
    );
    child.on('close', (code, signal) => {
      if (signal) return failed(`did not end within ${LIMIT_MS / 1000} s`);
      if (code !== 0)
        return failed(`ended with ${code}: ${printable(said.stderr, 300) || 'it said nothing'}`);
      // What it printed is the secret itself: it goes into no message.
      const credential = credentialIn(said.stdout);
      if (credential) resolve(credential);
      else failed('printed no ExecCredential with a token or a certificate');
    });
  });
}

function credentialIn(text: string): ExecCredential | undefined {
  try {
    const { status } = JSON.parse(text) as { status?: ExecCredential };
    return status?.token || (status?.clientCertificateData && status.clientKeyData) ? status : undefined;
  } catch {
    return undefined;
  }
}
