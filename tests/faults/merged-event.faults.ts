import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { Event } from "@ticketing/proto/events/v1/event";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { announceEvent } from "../support/announced-event.ts";
import { enter, type Person } from "../support/clients.ts";
import { lockWithRetries, retry } from "../support/stories.ts";
import { reported } from "../support/suite-report.ts";
import { startTestMesh, type TestMesh } from "../support/test-mesh.ts";
import { readRecords } from "./audit.ts";
import { allEnd } from "./many-orders.ts";

const ROUNDS = process.env.QUICK ? 4 : 12;
let mesh: TestMesh;
let seller: Person;
let buyer: Person;
let operator: Person;

beforeAll(async () => {
  mesh = await startTestMesh({ LOCK_LIMIT: "1000", RECONCILE_EVERY: "365d", RECONCILE_FULL_EVERY: "365d" });
  [seller, buyer] = (await Promise.all(["seller", "buyer"].map(mesh.person))) as [Person, Person];
  const account = { email: "operator@example.com", password: randomUUID(), displayName: "Operator" };
  operator = await enter(mesh.addresses.gateway, account);
}, 120_000);
afterAll(() => mesh?.close(), 60_000);

/** An event with an order that holds a ticket, and a ticket that nobody holds. */
async function announced() {
  const { event, listed } = await announceEvent(seller, 2);
  const [held, free] = listed;
  if (!held || !free) throw new Error("there are no tickets");
  return { event, free, order: await lockWithRetries(buyer, held) };
}

/** Cancels the event as an operator does: who is refused because it has changed reads it again and repeats the call. */
async function cancelNewest({ id: eventId, version }: Event): Promise<void> {
  try {
    await operator.events.cancelEvent({ eventId, version, reason: "a test" });
  } catch (error) {
    if (reasonOf(error) !== "STALE_VERSION") throw error;
    const { event } = await operator.events.getEvent({ eventId });
    if (!event) throw error;
    await cancelNewest(event);
  }
}

it(`${ROUNDS} events are merged into others that are cancelled at the same time, while tickets is killed`, async () => {
  await reported("merges into events that are cancelled at the time", async () => {
    let merges = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const [one, other] = [await announced(), await announced()];
      const cancel = async () => {
        // In every second round one call later, so that it comes amid the merge.
        if (round % 2) await operator.events.getEvent({ eventId: one.event.id });
        await cancelNewest(other.event);
      };
      const ids = { eventId: one.event.id, intoEventId: other.event.id, reason: "a test" };
      const [merge] = await Promise.all([
        operator.events.mergeEvents(ids).then(() => "done", reasonOf),
        cancel(),
      ]);
      if (round % 3 === 0) {
        await mesh.process("tickets").kill();
        await mesh.process("tickets").start();
      }
      await allEnd(mesh, [other.order], OrderStatus.CANCELLED);
      if (merge === "EVENT_CANCELLED") continue;
      expect(merge).toBe("done");
      merges++;
      await allEnd(mesh, [one.order], OrderStatus.CANCELLED);
      await retry(async () => {
        const { tickets } = await readRecords(mesh);
        const ofBoth = tickets.filter(({ event }) => event.eventId === other.event.id);
        const over = ofBoth.filter(({ storedStatus }) => storedStatus === TicketStatus.WITHDRAWN);
        return over.length === 4 ? true : undefined;
      });
    }
    return merges;
  });
}, 600_000);
