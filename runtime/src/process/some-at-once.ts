/** Asks for each of them, `count` at a time; the answers are in their order. Fails with the first that fails. */
export async function someAtOnce<From, To>(
  all: readonly From[],
  count: number,
  ask: (one: From) => Promise<To>,
): Promise<To[]> {
  const answers: To[] = [];
  for (let at = 0; at < all.length; at += count) {
    answers.push(...(await Promise.all(all.slice(at, at + count).map(ask))));
  }
  return answers;
}
