import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import {
  type Cast,
  expiry,
  listTicket,
  lockTicket,
  pay,
  refusal,
  searchShows,
  watchUntil,
} from "@ticketing/tests/support/people";

const say = (line: string) => console.log(`  ${line}`);
const clock = (date: Date) => date.toISOString().slice(11, 19);

/** One ticket, two buyers, one sale. */
export async function saleStory(cast: Cast): Promise<void> {
  const { alice, bob, carol } = cast;
  console.log("1. A ticket changes hands");
  const ticket = await listTicket(alice, `Paper Lanterns ${tag()}`, 8_500n);
  await searchShows(carol, ticket, true);
  say("Alice lists a ticket for 85.00 USD; search shows it.");

  const order = await lockTicket(bob, ticket);
  say(`Bob wants it: it is locked for him until ${clock(expiry(order))} UTC.`);

  const { reason, metadata } = await refusal(lockTicket(carol, ticket));
  expectReason(reason, "TICKET_LOCKED");
  say(`Carol is refused: ${reason}, free again at ${metadata.lockedUntil ?? "an unknown time"}.`);

  const price = { minorUnits: 12_000n, currency: "USD" };
  const { ticket: locked } = await alice.tickets.getTicket({ ticketId: ticket.id });
  const version = locked?.version ?? ticket.version;
  const edit = await refusal(alice.tickets.updateTicket({ ticketId: ticket.id, version, price }));
  expectReason(edit.reason, "TICKET_LOCKED");
  say(`Alice asks for 120.00 now and is refused: ${edit.reason}.`);

  await pay(cast, bob, order, OrderStatus.COMPLETE);
  say("Bob pays with his card; the order is complete, the ticket is his.");

  await searchShows(carol, ticket, false);
  say("Search shows it no more.");
}

/** A buyer who does not pay keeps nobody waiting for longer than the lock. */
export async function expiryStory(cast: Cast): Promise<void> {
  const { alice, bob, carol } = cast;
  console.log("\n2. A lock runs out");
  const ticket = await listTicket(alice, `Brass Foxes ${tag()}`, 4_200n);
  const order = await lockTicket(bob, ticket);
  say(`Bob locks another ticket until ${clock(expiry(order))} UTC and walks away.`);

  await watchUntil(bob, order.id, OrderStatus.EXPIRED, expiry(order).getTime() - Date.now() + 20_000);
  say(`${clock(new Date())}: Bob's order expired by itself.`);
  await searchShows(carol, ticket, true);

  const second = await lockTicket(carol, ticket);
  await pay(cast, carol, second, OrderStatus.COMPLETE);
  say("Carol finds the ticket for sale again and buys it.");
}

/** A sale taken back. */
export async function refundStory(cast: Cast): Promise<void> {
  const { alice, bob, carol } = cast;
  console.log("\n3. A sale is taken back");
  const ticket = await listTicket(alice, `Koto Sunrise ${tag()}`, 6_000n);
  const order = await lockTicket(bob, ticket);
  await pay(cast, bob, order, OrderStatus.COMPLETE);
  say("Bob buys a third ticket and thinks better of it.");

  await bob.orders.requestRefund({ orderId: order.id });
  await watchUntil(bob, order.id, OrderStatus.REFUNDED, 30_000);
  say("He asks for a refund and has his money back.");

  await searchShows(carol, ticket, true);
  say("The ticket is for sale again.");
}

/** Makes titles of different runs different, so that search can tell them apart. */
function tag(): string {
  return Math.random().toString(36).slice(2, 7);
}

function expectReason(actual: string, expected: string): void {
  if (actual !== expected) throw new Error(`refused with ${actual}, not ${expected}`);
}
