import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { barcodePng } from "@ticketing/deliveries/testing/barcodes";
import { TicketIssue } from "@ticketing/proto/deliveries/v1/delivery";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import type { Person } from "../support/clients.ts";
import { attachFile, openedFile } from "../support/files.ts";
import { lockWithRetries, newListing, payWithRetries, retry, waitForEnd } from "../support/stories.ts";
import { startTestMesh, type TestMesh } from "../support/test-mesh.ts";

let mesh: TestMesh;

beforeAll(async () => {
  mesh = await startTestMesh({ TICKET_ISSUER: "fake", OVERDUE_EVERY: "200ms" });
}, 120_000);
afterAll(() => mesh?.close(), 60_000);

/** Buys a ticket, and gives the order once the issuer has made the ticket out. */
async function bought(buyer: Person, ticket: Ticket): Promise<Order> {
  const order = await lockWithRetries(buyer, ticket);
  await payWithRetries(mesh, buyer, order);
  await waitForEnd(buyer, order, OrderStatus.COMPLETE);
  await retry(async () => {
    const { delivery } = await buyer.deliveries.getDelivery({ orderId: order.id });
    return delivery?.issue === TicketIssue.ISSUED || undefined;
  });
  return order;
}

it("a ticket that is sold with its file is made out to its buyer, and to the next one after a refund", async () => {
  const [seller, first, second] = (await Promise.all(["seller", "first", "second"].map(mesh.person))) as [
    Person,
    Person,
    Person,
  ];
  const picture = await barcodePng("SEAT-7-OF-THE-SELLER");
  const ticket = await retry(async () => (await seller.tickets.createTicket(newListing())).ticket);
  await attachFile(seller, ticket.id, picture);

  const givenBack = await bought(first, ticket);
  const { delivery } = await first.deliveries.getDelivery({ orderId: givenBack.id });
  expect(delivery).toMatchObject({ soldWithFile: true, barcodeFound: true });
  await first.orders.requestRefund({ orderId: givenBack.id });
  await waitForEnd(first, givenBack, OrderStatus.REFUNDED);

  const kept = await bought(second, ticket);
  const made = await openedFile(second, kept.id);
  expect(made.subarray(1, 4).toString()).toBe("PNG");
  expect(made).not.toEqual(picture);
}, 120_000);
