/**
 * Does the work every `ms`, never twice at once; what fails is told to `failed`, and done again in its turn. Gives how to
 * stop, which waits for the work that is under way.
 */
export function repeatedly(
  ms: number,
  work: () => Promise<unknown>,
  failed: (error: unknown) => void,
): () => Promise<void> {
  let working: Promise<unknown> = Promise.resolve();
  let isWorking = false;
  const timer = setInterval(() => {
    if (isWorking) return;
    isWorking = true;
    working = work()
      .catch(failed)
      .finally(() => {
        isWorking = false;
      });
  }, ms);
  return async () => {
    clearInterval(timer);
    await working;
  };
}
