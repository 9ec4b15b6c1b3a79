/**
 * Resolves with the answer if it comes within `ms`; otherwise rejects with the error that `late` makes. The work goes
 * on, and its later result or failure is ignored.
 */
export async function inTime<T>(answer: Promise<T>, ms: number, late: () => Error): Promise<T> {
  const over = Promise.withResolvers<never>();
  const timer = setTimeout(() => over.reject(late()), ms);
  try {
    return await Promise.race([answer, over.promise]);
  } finally {
    clearTimeout(timer);
  }
}
