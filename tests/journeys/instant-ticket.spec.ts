import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { pdf, png } from "@ticketing/deliveries/testing/files";
import { DeliveryKind, DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import type { Person } from "../support/clients.ts";
import { attachFile, openedFile, uploadForListing } from "../support/files.ts";
import { booksOf, onboard, passEvent, transfersOf, untilEarning } from "../support/payouts.ts";
import { listTicket, lockTicket, pay, refusal, watchUntil } from "../support/people.ts";
import { eventually, startTestMesh, type TestMesh } from "../support/test-mesh.ts";

const PRICE = 12_500;
let mesh: TestMesh;
let seller: Person;
let buyer: Person;

beforeAll(async () => {
  mesh = await startTestMesh({ LISTED_FILE_LOOK: "200ms", OVERDUE_EVERY: "200ms" });
  [seller, buyer] = (await Promise.all(["seller", "buyer"].map(mesh.person))) as [Person, Person];
}, 120_000);
afterAll(() => mesh?.close(), 60_000);

const list = () => listTicket(seller, `Night ${randomUUID()}`, BigInt(PRICE));

/** The ticket as search shows it, once that is so. */
const untilSearch = (ticket: Ticket, instant: boolean) =>
  eventually(async () => {
    const { tickets } = await buyer.catalog.searchTickets({ filter: { query: ticket.title } });
    const found = tickets.find(({ ticket: each }) => each?.id === ticket.id)?.ticket;
    return found?.instant === instant || undefined;
  });

async function buy(ticket: Ticket) {
  const order = await lockTicket(buyer, ticket);
  const cast = { alice: seller, bob: buyer, carol: buyer, stripe: mesh.addresses.stripe };
  return { order, paid: () => pay(cast, buyer, order, OrderStatus.COMPLETE) };
}

/** The delivery of an order once it is there. */
const untilDelivery = (orderId: string) =>
  eventually(async () => {
    const { delivery } = await buyer.deliveries.getDelivery({ orderId });
    return delivery;
  });

it("a ticket is listed with its file, bought and opened at once, and its seller is paid after the event", async () => {
  await onboard(seller);
  const ticket = await list();
  await untilSearch(ticket, false);
  await attachFile(seller, ticket.id, png());
  await untilSearch(ticket, true);

  const another = await uploadForListing(seller, ticket.id, pdf());
  const { order, paid } = await buy(ticket);
  const orderId = order.id;
  const swap = () => seller.deliveries.attachTicketFile({ ticketId: ticket.id, uploadId: another });
  const stranger = await mesh.person("stranger");
  expect((await refusal(swap())).reason).toBe("TICKET_LOCKED");
  await paid();
  expect(await untilDelivery(orderId)).toMatchObject({
    ...{ status: DeliveryStatus.DELIVERED, kind: DeliveryKind.FILE, soldWithFile: true },
  });
  expect((await refusal(swap())).reason).toBe("TICKET_SOLD");
  const bytes = BigInt(pdf().length);
  expect((await refusal(seller.deliveries.startUpload({ orderId, bytes }))).reason).toBe("SOLD_WITH_FILE");
  for (const other of [seller, stranger])
    expect((await refusal(other.deliveries.openTicket({ orderId }))).reason).toBe("NOT_YOUR_DELIVERY");
  const { ticket: instant } = await seller.tickets.getTicket({ ticketId: ticket.id });
  expect(instant?.instant).toBe(true);
  expect(await openedFile(buyer, orderId)).toEqual(png());

  await passEvent(mesh, orderId);
  await untilEarning(seller, orderId, EarningStatus.TRANSFERRED);
  const transfers = await transfersOf(mesh, orderId);
  expect(transfers.map(({ amount }) => amount)).toEqual([PRICE - Number(order.fee)]);
  expect((await booksOf(mesh, orderId)).sums.every((sum) => sum === 0)).toBe(true);
}, 120_000);

it("the file of a sale that was given back unopened is the next buyer's, and goes with the listing", async () => {
  const ticket = await list();
  await attachFile(seller, ticket.id, png());
  const first = await buy(ticket);
  await first.paid();
  expect((await untilDelivery(first.order.id)).status).toBe(DeliveryStatus.DELIVERED);
  await buyer.orders.requestRefund({ orderId: first.order.id });
  await watchUntil(buyer, first.order.id, OrderStatus.REFUNDED, 30_000);

  const second = await eventually(() => buy(ticket), 60_000);
  await second.paid();
  await eventually(async () => {
    const { delivery } = await buyer.deliveries.getDelivery({ orderId: second.order.id });
    return delivery?.status === DeliveryStatus.DELIVERED || undefined;
  }, 60_000);
  expect(await openedFile(buyer, second.order.id)).toEqual(png());

  const unsold = await list();
  await attachFile(seller, unsold.id, png());
  await untilSearch(unsold, true);
  const { ticket: now } = await seller.tickets.getTicket({ ticketId: unsold.id });
  await seller.tickets.withdrawTicket({ ticketId: unsold.id, version: now?.version ?? 0n });
  await eventually(async () => {
    const { file } = await seller.deliveries.getTicketFile({ ticketId: unsold.id });
    return file?.mediaType === "" || undefined;
  });
}, 120_000);
