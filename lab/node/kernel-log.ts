import { closeSync, constants, openSync, readSync } from 'node:fs';

/**
 * The sequence number that the kernel's next message will have, as journald keeps it in
 * /run/systemd/journal/kernel-seqnum (64 bits, the machine's byte order).
 */
export function nextKernelSequence(): Buffer {
  const file = Buffer.alloc(8);
  file.writeBigUInt64LE(lastSequence() + 1n);
  return file;
}

function lastSequence(): bigint {
  const record = Buffer.alloc(8192);
  let last = -1n;
  let kmsg: number;
  try {
    kmsg = openSync('/dev/kmsg', constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return last;
  }
  try {
    for (;;) {
      // One read is one record: "priority,sequence,microseconds,flags;message".
      const length = readSync(kmsg, record);
      if (length === 0) return last;
      last = BigInt(record.toString('latin1', 0, length).split(',')[1] ?? last);
    }
  } catch (error) {
    // EPIPE: records were overwritten while reading; the next read goes on behind them.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return lastSequence();
    return last;
  } finally {
    closeSync(kmsg);
  }
}
