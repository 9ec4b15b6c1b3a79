/**
 * The answer, if it comes within `ms`; else rejects with what `late` makes. The work itself goes on: its answer, or
 * its failure, is nobody's then.
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
