import { expect } from "@jest/globals";
import type { Order } from "@ticketing/proto/orders/v1/order";
import type { Person } from "../support/clients.ts";
import { listWithRetries, lockWithRetries, retry } from "../support/stories.ts";
import type { TestMesh } from "../support/test-mesh.ts";
import { readRecords } from "./audit.ts";

const AT_ONCE = 10;

/** Makes `size` of them, a few at a time. */
export async function createMany<T>(size: number, make: () => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  while (made.length < size) {
    const next = Math.min(AT_ONCE, size - made.length);
    made.push(...(await Promise.all(Array.from({ length: next }, make))));
  }
  return made;
}

/** An order whose payment has begun. */
export async function begun(seller: Person, buyer: Person) {
  const order = await lockWithRetries(buyer, await listWithRetries(seller));
  const payment = await retry(() => buyer.payments.startPayment({ orderId: order.id }));
  return { order, payment };
}

/** How long something takes, in milliseconds. */
export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** What an innocent buyer does beside many stuck orders: `usualMs` is what it took before there were any. */
export interface Errand {
  run: () => Promise<unknown>;
  usualMs: number;
}

/** An errand, and its usual time, once everything is warm. */
export async function errand(run: () => Promise<unknown>): Promise<Errand> {
  await run();
  return { run, usualMs: await timeOf(run) };
}

/** An errand that waits for its turn behind many stuck orders takes longer than this beyond its usual time. */
const BEHIND_OTHERS_MS = 15_000;

/**
 * An errand beside stuck orders takes no longer than alone. The machine is busy with others too, so the fastest of
 * some counts; but none waits behind the stuck orders.
 */
export async function goesOn({ run, usualMs }: Errand): Promise<void> {
  const bound = 2 * usualMs + 1_000;
  const times: number[] = [];
  do {
    times.push(await timeOf(run));
  } while (times.length < 8 && Math.min(...times) > bound);
  expect(Math.min(...times)).toBeLessThanOrEqual(bound);
  expect(Math.max(...times)).toBeLessThan(bound + BEHIND_OTHERS_MS);
}

/** Waits until all of the orders have the status that is wanted: the pauses between tries may have grown to a minute. */
export async function allEnd(
  mesh: TestMesh,
  orders: readonly Order[],
  wanted: Order["status"],
): Promise<void> {
  const ids = new Set(orders.map(({ id }) => id));
  await retry(async () => {
    const done = (await readRecords(mesh)).orders.filter(
      ({ _id, status }) => ids.has(_id) && status === wanted,
    );
    if (done.length < ids.size) throw new Error(`${ids.size - done.length} of ${ids.size} have not ended`);
    return true;
  }, 150_000);
}
