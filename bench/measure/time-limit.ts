/** Fails instead of hanging: the error names the part that took too long. What `work` holds is closed by its owner. */
export async function withinLimit<T>(part: string, limitMs: number, work: () => Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`${part} took longer than ${Math.round(limitMs / 1000)} s; nothing is measured`)),
    limitMs,
  );
  try {
    return await Promise.race([work(), promise]);
  } finally {
    clearTimeout(timer);
  }
}
