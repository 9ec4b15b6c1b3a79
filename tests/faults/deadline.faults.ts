import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { confirmPayment } from "@ticketing/stripe-double/confirm-payment";
import type { Person } from "../support/clients.ts";
import { expiry, refusal } from "../support/people.ts";
import {
  listWithRetries,
  lockWithRetries,
  payWithRetries,
  retry,
  stories,
  waitForEnd,
} from "../support/stories.ts";
import { clearFaults, control, injectFault } from "../support/stripe-control.ts";
import { reported } from "../support/suite-report.ts";
import { startTestMesh, stripePayments, type TestMesh } from "../support/test-mesh.ts";
import { waitUntilConsistent } from "./audit.ts";

let mesh: TestMesh;
let seller: Person;
let first: Person;
let second: Person;

beforeAll(async () => {
  mesh = await startTestMesh({
    LOCK_DURATION: "4s",
    LOCK_LIMIT: "1000",
    LAPSE_LIMIT: "1000",
    STRIPE_GRACE: "2s",
    DECLINE_LIMIT: "1000",
  });
  [seller, first, second] = (await Promise.all(["seller", "first", "second"].map(mesh.person))) as [
    Person,
    Person,
    Person,
  ];
}, 120_000);
afterEach(() => clearFaults(mesh));
afterAll(() => mesh?.close(), 60_000);

const fault = (kind: string, operation: string, count?: number, milliseconds?: number) =>
  injectFault(mesh, { kind, operation, count, milliseconds });
const until = (order: Order, ms = 0) => sleep(Math.max(expiry(order).getTime() + ms - Date.now(), 0));
const start = (buyer: Person, order: Order) => buyer.payments.startPayment({ orderId: order.id });
const bought = async (buyer = first) => {
  const ticket = await listWithRetries(seller);
  return { ticket, order: await lockWithRetries(buyer, ticket) };
};

describe("a payment around the deadline", () => {
  it(
    "a second before it buys the ticket",
    () =>
      reported("authorised 1 s before the deadline", async () => {
        const { order } = await bought();
        const payment = await start(first, order);
        await until(order, -1_000);
        await confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa");
        await waitForEnd(first, order, OrderStatus.COMPLETE);
        await waitUntilConsistent(mesh);
        return 1;
      }),
    120_000,
  );

  it(
    "at it buys the ticket or costs nothing",
    () =>
      reported("authorised at the deadline", async () => {
        const times = [-60, -30, 0, 30, 60];
        await Promise.all(
          times.map(async (ms) => {
            const { order } = await bought();
            const payment = await start(first, order);
            await until(order, ms);
            await confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa");
          }),
        );
        await waitUntilConsistent(mesh);
        return times.length;
      }),
    120_000,
  );

  it(
    "a second after it costs nothing, even if Stripe could not be told to cancel",
    () =>
      reported("authorised 1 s after the deadline", async () => {
        const { order } = await bought();
        const payment = await start(first, order);
        await fault("drop_request", "payment_intents.cancel");
        await until(order, 1_100);
        const confirmed = await confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa");
        expect(confirmed.ok).toBe(true);
        await clearFaults(mesh);
        await waitForEnd(first, order, OrderStatus.EXPIRED);
        await waitUntilConsistent(mesh);
        expect(await stripePayments(mesh, order.id)).toMatchObject([{ status: "canceled" }]);
        return 1;
      }),
    120_000,
  );

  it(
    "whose 3-D Secure ends after another buyer locked the ticket leaves that buyer alone",
    () =>
      reported("3-D Secure finished after expiry, another buyer has the lock", async () => {
        const { ticket, order } = await bought();
        const payment = await start(first, order);
        await confirmPayment(mesh.addresses.stripe, payment, "pm_card_threeDSecure2Required");
        await fault("drop_request", "payment_intents.cancel");
        await until(order, 100);
        const next = await lockWithRetries(second, ticket);
        const [intent] = await stripePayments(mesh, order.id);
        await control(mesh, "POST", "authentications", { payment_intent: intent?.id, success: true });
        await clearFaults(mesh);
        await payWithRetries(mesh, second, next);
        await waitForEnd(second, next, OrderStatus.COMPLETE);
        await waitForEnd(first, order, OrderStatus.EXPIRED);
        await waitUntilConsistent(mesh);
        return 1;
      }),
    120_000,
  );

  it(
    "that begins while the order expires cannot be charged",
    () =>
      reported("StartPayment racing the void", async () => {
        const orders = await Promise.all(Array.from({ length: 8 }, async () => (await bought()).order));
        await Promise.all(
          orders.map(async (order, index) => {
            await until(order, index * 15 - 60);
            const payment = await start(first, order).catch(() => undefined);
            if (payment) await confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa");
          }),
        );
        await waitUntilConsistent(mesh);
        return orders.length;
      }),
    120_000,
  );
});

describe("a capture", () => {
  it.each([
    ["drop_response", "whose answer is lost after it happened"],
    ["error_after", "that fails after it happened"],
    ["drop_request", "that never arrived"],
    ["saved_error_before", "that failed, and whose failure Stripe keeps"],
    ["delay_response", "that times out after it happened"],
    ["delay", "that times out before it happens, and happens when nobody waits any more"],
  ])(
    "%s: one %s takes the money once",
    (kind) =>
      reported(`capture: ${kind}`, async () => {
        // Past the time that a call to Stripe is given.
        await fault(kind, "payment_intents.capture", 3, kind.startsWith("delay") ? 7_000 : undefined);
        await stories.purchase(mesh, seller, first);
        await waitUntilConsistent(mesh);
        return 1;
      }),
    120_000,
  );

  it(
    "refused for good takes the sale back, and nothing is held",
    () =>
      reported("capture refused for good", async () => {
        await fault("refuse", "payment_intents.capture", 1);
        const { ticket, order } = await bought();
        await payWithRetries(mesh, first, order);
        await waitForEnd(first, order, OrderStatus.CANCELLED);
        await waitUntilConsistent(mesh);
        await lockWithRetries(
          second,
          (await second.tickets.getTicket({ ticketId: ticket.id })).ticket ?? ticket,
        );
        return 1;
      }),
    120_000,
  );
});

describe("a refusal of Stripe's", () => {
  it(
    "of our key takes no sale back: the capture waits until the key is right",
    () =>
      reported("capture while our key is not accepted", async () => {
        const operation = "payment_intents.capture";
        await injectFault(mesh, { kind: "reject", operation, count: 5, status: 401 });
        await stories.purchase(mesh, seller, first);
        await waitUntilConsistent(mesh);
        return 1;
      }),
    120_000,
  );

  it(
    "to take a payment for the order ends it before its deadline, and the ticket can be had again",
    () =>
      reported("payment refused as it begins", async () => {
        const operation = "payment_intents.create";
        await injectFault(mesh, { kind: "refuse", operation, count: 1, code: "amount_too_small" });
        const { ticket, order } = await bought();
        const { reason, metadata } = await refusal(start(first, order));
        expect({ reason, metadata }).toEqual({
          reason: "PAYMENT_REFUSED",
          metadata: { stripeCode: "amount_too_small" },
        });
        await waitForEnd(first, order, OrderStatus.CANCELLED);
        await waitUntilConsistent(mesh);
        await lockWithRetries(
          second,
          (await second.tickets.getTicket({ ticketId: ticket.id })).ticket ?? ticket,
        );
        return 1;
      }),
    120_000,
  );
});

describe("a wish to cancel", () => {
  it(
    "before the sale wins over money that is held",
    () =>
      reported("cancelled although authorised", async () => {
        await fault("webhook_hold", "*");
        const { order } = await bought();
        await payWithRetries(mesh, first, order);
        await first.orders.cancelOrder({ orderId: order.id });
        await waitForEnd(first, order, OrderStatus.CANCELLED);
        await clearFaults(mesh);
        await waitUntilConsistent(mesh);
        return 1;
      }),
    120_000,
  );
});

describe("declines", () => {
  it(
    "end the order at the third, and a fourth card is not asked",
    () =>
      reported("last allowed decline", async () => {
        const { order } = await bought();
        const payment = await start(first, order);
        for (let n = 0; n < 3; n++)
          await confirmPayment(mesh.addresses.stripe, payment, "pm_card_chargeDeclined");
        await waitForEnd(first, order, OrderStatus.CANCELLED);
        expect((await refusal(start(first, order))).reason).toBe("ORDER_ENDED");
        expect((await confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa")).ok).toBe(false);
        await retry(() => waitUntilConsistent(mesh));
        return 1;
      }),
    120_000,
  );
});
