const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const groups = new Set<number>();

/**
 * Ends the process group `pid` when a signal ends us (Ctrl-C during a long build), until the returned function is
 * called. Where the program handles the signal itself, it goes on; otherwise it ends as it would have without us.
 */
export function endWithUs(pid: number): () => void {
  if (groups.size === 0) for (const signal of SIGNALS) process.on(signal, passOn);
  groups.add(pid);
  return () => {
    if (groups.delete(pid) && groups.size === 0) for (const signal of SIGNALS) process.off(signal, passOn);
  };
}

function passOn(signal: NodeJS.Signals): void {
  for (const pid of groups) {
    try {
      process.kill(-pid, 'SIGTERM');
    } catch {
      // Already gone.
    }
  }
  if (process.listenerCount(signal) > 1) return;
  process.off(signal, passOn);
  process.kill(process.pid, signal);
}
