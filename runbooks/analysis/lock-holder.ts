interface Place {
  readonly function: string;
  readonly at: string;
  readonly share: number;
}

/** Fewer goroutines than this waiting at any moment make nobody slow. */
const FEW = 0.5;

/** Who keeps others waiting, from a mutex profile: its total is what all goroutines together waited, in nanoseconds. */
export function lockHolder(
  {
    total,
    ownCode,
    top,
  }: { readonly total: number; readonly ownCode: readonly Place[]; readonly top: readonly Place[] },
  { seconds }: { readonly seconds: number },
): { readonly waiting: number; readonly holder: Place | undefined; readonly words: string } {
  const waiting = Math.round((total / (seconds * 1e9)) * 10) / 10;
  const holder = ownCode[0] ?? top[0];
  if (waiting < FEW || !holder) {
    const words = `At any moment ${waiting} goroutines wait for a lock: locks are not what makes it slow`;
    return { waiting, holder: undefined, words };
  }
  const share = `${Math.round(holder.share * 100)}%`;
  const at = holder.at && ` (${holder.at})`;
  const words = `At any moment ${waiting} goroutines wait for a lock, ${share} of the time for one that ${holder.function}${at} holds`;
  return { waiting, holder, words };
}
