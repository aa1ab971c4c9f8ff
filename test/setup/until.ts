/** Waits for a condition, generously; says what was missing when it never comes. */
export async function until<T>(
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  missing: () => string | Promise<string> = () => 'it did not happen',
  limitMs = 180_000,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = await ask();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`gave up after ${limitMs / 1000} s: ${await missing()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
