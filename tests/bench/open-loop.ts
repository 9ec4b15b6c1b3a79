import { setTimeout as sleep } from "node:timers/promises";

/**
 * Sends calls at this rate, whether earlier ones are answered or not: at random times, as people come who do not know of
 * each other. Returns when all are answered; a call that fails ends the loop with its error.
 */
export async function openLoop(
  work: (n: number) => Promise<void>,
  { perSecond, calls, random = Math.random }: { perSecond: number; calls: number; random?: () => number },
): Promise<void> {
  const answers: Promise<void>[] = [];
  const failures: unknown[] = [];
  let due = performance.now();
  for (let n = 0; n < calls && failures.length === 0; n++) {
    due -= (1000 / perSecond) * Math.log(1 - random());
    await sleep(Math.max(0, due - performance.now()));
    answers.push(
      work(n).catch((error: unknown) => {
        failures.push(error);
      }),
    );
  }
  await Promise.all(answers);
  if (failures.length > 0) throw failures[0];
}
