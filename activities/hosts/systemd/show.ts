/** `systemctl show`, read: its timestamps, numbers and "not set"s. */

/** `Sat 2026-11-21 09:18:06.123456 UTC` → ISO 8601 in milliseconds; `null` for never. Always UTC: the program sets TZ. */
export function timestamp(text: string | undefined): string | null {
  const found = /(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))? UTC$/.exec(text ?? '');
  return found ? `${found[1]}T${found[2]}.${(found[3] ?? '').padEnd(3, '0').slice(0, 3)}Z` : null;
}

/** A number of systemd's; `null` for `infinity`, `[not set]`, 2^64-1 and what is no number. */
export function quantity(text: string | undefined): number | null {
  if (!text || !/^\d+$/.test(text)) return null;
  const value = Number(text);
  // The kernel says "no limit" with the highest page-aligned number of 63 bits, systemd with 2^64-1.
  return Number.isSafeInteger(value) ? value : null;
}

/** `20971520` → `20M`: in systemd's notation when it is even, else in bytes; `null` → `infinity`. */
export function inWords(bytes: number | null): string {
  if (bytes === null) return 'infinity';
  const units = [
    ['T', 2 ** 40],
    ['G', 2 ** 30],
    ['M', 2 ** 20],
    ['K', 2 ** 10],
  ] as const;
  const unit = units.find(([, size]) => bytes >= size && bytes % size === 0);
  return unit ? `${bytes / unit[1]}${unit[0]}` : String(bytes);
}

/** `64M` → bytes; `infinity` → `null`. */
export function inBytes(limit: string): number | null {
  if (limit === 'infinity') return null;
  const exponent = ' KMGT'.indexOf(limit.at(-1)!);
  return exponent > 0 ? Number(limit.slice(0, -1)) * 1024 ** exponent : Number(limit);
}

/** The number that waitid(2) gives for how a process ended. */
export const endedHow = (code: string | undefined) =>
  (({ 1: 'exited', 2: 'killed', 3: 'dumped' }) as const)[Number(code) as 1 | 2 | 3] ?? null;

/** A restarted service counts as stable after this long. */
const STABLE_MS = 120_000;

interface Running {
  readonly subState: string;
  readonly result: string;
  readonly restarts: number;
  readonly mainStartedAt: string | null;
}

/** True when the service restarts again and again rather than runs: see the contract of serviceStatus. */
export function isCrashLooping({ subState, result, restarts, mainStartedAt }: Running, now: Date): boolean {
  if (subState === 'auto-restart' || subState === 'auto-restart-queued' || result === 'start-limit-hit')
    return true;
  return restarts > 0 && mainStartedAt !== null && now.getTime() - Date.parse(mainStartedAt) < STABLE_MS;
}
