import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { expect, it } from "@jest/globals";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { CancellationReason } from "@ticketing/proto/orders/v1/order";
import { PaymentLifecycleService } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { type PaymentSchema, PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { TicketUnlockReason } from "@ticketing/proto/tickets/v1/ticket";
import { createOrderLifecycleActivities } from "./activities.ts";

it("declines let a ticket go also at a replica that does not know them as a reason yet", async () => {
  const reasons: TicketUnlockReason[] = [];
  const transport = createRouterTransport(({ service }) => {
    service(TicketLockService, {
      unlockTicket({ reason }) {
        reasons.push(reason);
        if (reason > TicketUnlockReason.PAYMENT_FAILED) throw new ConnectError("no", Code.InvalidArgument);
        return {};
      },
    });
  });
  const clients = {
    tickets: createClient(TicketLockService, transport),
    orders: createClient(OrderLifecycleService, transport),
    payments: createClient(PaymentLifecycleService, transport),
  };
  const { unlockTicket } = createOrderLifecycleActivities(clients, { maxDeclines: 3 });
  expect(await unlockTicket("o", "t", "declined")).toBe("done");
  expect(reasons).toEqual([TicketUnlockReason.DECLINED, TicketUnlockReason.PAYMENT_FAILED]);
});

it.each<[string, MessageInitShape<typeof PaymentSchema>, boolean]>([
  ["is open", { clientSecretTime: timestampNow() }, false],
  ["could not be opened", { startFailedTime: timestampNow() }, true],
  [
    "could not be opened, though its PaymentIntent was made",
    { startFailedTime: timestampNow(), stripePaymentIntentId: "pi_1" },
    true,
  ],
  [
    "could not be opened at first, and then was",
    { startFailedTime: timestampNow(), clientSecretTime: timestampNow(), stripePaymentIntentId: "pi_1" },
    false,
  ],
  ["was never asked for", {}, false],
])("a payment that %s is told as such", async (_, facts, neverOpened) => {
  const transport = createRouterTransport(({ service }) => {
    service(OrderLifecycleService, { readOrder: () => ({ order: { expireTime: timestampNow() } }) });
    service(PaymentLifecycleService, {
      readPayment: () => ({ payment: { status: PaymentStatus.REQUIRES_PAYMENT, ...facts } }),
    });
  });
  const clients = {
    tickets: createClient(TicketLockService, transport),
    orders: createClient(OrderLifecycleService, transport),
    payments: createClient(PaymentLifecycleService, transport),
  };
  const { readOrderAndPayment } = createOrderLifecycleActivities(clients, { maxDeclines: 3 });
  expect((await readOrderAndPayment("o", false)).payment.neverOpened).toBe(neverOpened);
});

it("a cancelled event's order is cancelled once no replica is left that does not know the reason", async () => {
  const transport = createRouterTransport(({ service }) => {
    service(OrderLifecycleService, {
      cancelOrder({ reason }) {
        if (reason > CancellationReason.CAPTURE_REFUSED) throw new ConnectError("no", Code.InvalidArgument);
        return {};
      },
    });
  });
  const clients = {
    tickets: createClient(TicketLockService, transport),
    orders: createClient(OrderLifecycleService, transport),
    payments: createClient(PaymentLifecycleService, transport),
  };
  const { cancelOrder } = createOrderLifecycleActivities(clients, { maxDeclines: 3 });
  // Not a refusal for good, which would end the workflow.
  await expect(cancelOrder("o", "event_cancelled")).rejects.not.toHaveProperty("nonRetryable", true);
  expect(await cancelOrder("o", "buyer")).toBe("done");
});
