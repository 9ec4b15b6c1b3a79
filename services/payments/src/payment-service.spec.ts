import { toJsonString } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { PaymentLifecycleService } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { PaymentSchema, PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { PaymentService } from "@ticketing/proto/payments/v1/payment_service";
import { DomainError, reasonOf } from "@ticketing/runtime/process/domain-error";
import { clientOf, rejectsEveryCall, type SpecCaller } from "@ticketing/runtime/testing/calls";
import { openPaymentWorld, type PaymentWorld } from "../testing/payment-world.ts";
import { createBalanceRecords } from "./balance-records.ts";
import { createIntentRecords } from "./intent-records.ts";
import { createPaymentLifecycleService } from "./payment-lifecycle-service.ts";
import { createPaymentService } from "./payment-service.ts";

let world: PaymentWorld;
let status = OrderStatus.AWAITING_PAYMENT;
let expires = Date.now() + 60_000;
let as: (caller: SpecCaller) => ReturnType<typeof clientOf<typeof PaymentService>>;
let lifecycle: (caller?: SpecCaller) => ReturnType<typeof clientOf<typeof PaymentLifecycleService>>;

beforeAll(async () => {
  world = await openPaymentWorld();
  const orders = clientOf(
    OrderLifecycleService,
    {
      readOrder({ orderId }) {
        if (orderId === "none") throw new DomainError("ORDER_NOT_FOUND", "there is no such order");
        return {
          order: {
            id: orderId,
            buyerId: "buyer",
            status,
            price: { minorUnits: 4_500n, currency: "USD" },
            expireTime: timestampFromDate(new Date(expires)),
          },
        };
      },
    },
    { service: "payments" },
  );
  const deps = { ...world, orders, publishableKey: "pk_test_double", stripeJsUrl: world.double.url };
  const service = createPaymentService(deps);
  as = (caller) => clientOf(PaymentService, service, caller);
  lifecycle = (caller = { service: "workflows" }) =>
    clientOf(
      PaymentLifecycleService,
      createPaymentLifecycleService({
        ...deps,
        intents: createIntentRecords(world),
        balance: createBalanceRecords(world),
      }),
      caller,
    );
}, 60_000);
afterAll(() => world?.close());

const buyer = { user: "buyer" };
const reason = (call: Promise<unknown>) => call.then(() => "done", reasonOf);

describe("paying", () => {
  it("is the buyer's alone, and only for an order that is there", async () => {
    expect(await reason(as(buyer).startPayment({ orderId: "mine" }))).toBe("done");
    for (const call of ["startPayment", "getPayment"] as const) {
      expect(await reason(as({ user: "other" })[call]({ orderId: "mine" }))).toBe("NOT_YOUR_ORDER");
      expect(await reason(as("nobody")[call]({ orderId: "mine" }))).toBe("UNAUTHENTICATED");
    }
    expect(await reason(as(buyer).startPayment({ orderId: "none" }))).toBe("ORDER_NOT_FOUND");
    expect(await reason(as(buyer).getPayment({ orderId: "not-begun" }))).toBe("PAYMENT_NOT_FOUND");
  });

  it("cannot begin once the time is over or the order has ended", async () => {
    expires = Date.now();
    expect(await reason(as(buyer).startPayment({ orderId: "late" }))).toBe("ORDER_EXPIRED");
    expires = Date.now() + 60_000;
    status = OrderStatus.CANCELLED;
    expect(await reason(as(buyer).startPayment({ orderId: "late" }))).toBe("ORDER_ENDED");
    status = OrderStatus.AWAITING_PAYMENT;
  });

  it("is answered before the gateway gives up, however late Stripe is with each answer, and charges nothing", async () => {
    world.double.faults.add({
      kind: "delay_response",
      operation: "payment_intents.create",
      milliseconds: 10_000,
    });
    world.double.faults.add({
      kind: "delay_response",
      operation: "payment_intents.search",
      milliseconds: 4_000,
    });
    world.double.faults.add({ kind: "hang", operation: "payment_intents.retrieve" });
    const begun = performance.now();
    try {
      expect(await reason(as(buyer).startPayment({ orderId: "slow" }))).toBe("STRIPE_UNAVAILABLE");
      expect(performance.now() - begun).toBeLessThan(9_600);
    } finally {
      world.double.faults.clear();
    }
    expect(await world.payment("slow")).toMatchObject({ startFailedTime: expect.any(Date) });
    expect((await as(buyer).startPayment({ orderId: "slow" })).clientSecret).toMatch(/_secret_/);
    expect(world.intents("slow")).toMatchObject([{ status: "requires_payment_method", amount_received: 0 }]);
  }, 30_000);

  it("goes on for a buyer who does not wait: that is no failure of Stripe's", async () => {
    world.double.faults.add({
      kind: "delay",
      operation: "payment_intents.create",
      milliseconds: 500,
      count: 1,
    });
    const hasty = as(buyer).startPayment({ orderId: "hasty" }, { timeoutMs: 100 });
    await expect(hasty).rejects.toMatchObject({ code: Code.DeadlineExceeded });
    let payment = await world.payments.find("hasty");
    for (let n = 0; n < 100 && !payment?.clientSecretTime; n++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      payment = await world.payments.find("hasty");
    }
    expect(payment).toMatchObject({ clientSecretTime: expect.any(Date) });
    expect(payment?.startFailedTime).toBeUndefined();
  });

  it("asks Stripe once for all who ask at the same time", async () => {
    world.calls.length = 0;
    const asked = Array.from({ length: 50 }, () => as(buyer).startPayment({ orderId: "at-once" }));
    expect(new Set((await Promise.all(asked)).map(({ clientSecret }) => clientSecret)).size).toBe(1);
    expect(world.calls.filter((name) => name === "create")).toHaveLength(1);
  });

  it("shows the buyer nothing of Stripe but what a browser needs", async () => {
    const started = await as(buyer).startPayment({ orderId: "seen" });
    expect(Object.keys(started).sort()).toEqual([
      "$typeName",
      "clientSecret",
      "publishableKey",
      "stripeJsUrl",
    ]);
    const { payment } = await as(buyer).getPayment({ orderId: "seen" });
    expect(payment && toJsonString(PaymentSchema, payment)).not.toContain("_secret_");
  });
});

describe("the money of an order", () => {
  it("can be given up before it ever began, and then nobody can begin", async () => {
    const { payment } = await lifecycle().voidPayment({ orderId: "unpaid" });
    expect(payment?.status).toBe(PaymentStatus.VOIDED);
    expect(await reason(as(buyer).startPayment({ orderId: "unpaid" }))).toBe("PAYMENT_VOIDED");
    expect(world.intents("unpaid")).toEqual([]);
  });

  it("is moved by its workflow alone", async () => {
    for (const caller of [{ service: "orders" }, "nobody"] as const) {
      const answers = await rejectsEveryCall(PaymentLifecycleService, lifecycle(caller));
      expect(new Set(Object.values(answers))).toEqual(new Set(["SERVICE_NOT_ALLOWED"]));
    }
  });

  it("goes from held to taken to given back", async () => {
    const { clientSecret } = await as(buyer).startPayment({ orderId: "whole" });
    await world.confirm(clientSecret);
    const read = await lifecycle().readPayment({ orderId: "whole", fresh: true });
    expect(read.payment?.status).toBe(PaymentStatus.AUTHORIZED);
    expect((await lifecycle().capturePayment({ orderId: "whole" })).payment?.status).toBe(
      PaymentStatus.CAPTURED,
    );
    expect(await reason(lifecycle().voidPayment({ orderId: "whole" }))).toBe("ALREADY_CAPTURED");
    expect((await lifecycle().refundPayment({ orderId: "whole" })).payment?.status).toBe(
      PaymentStatus.REFUNDED,
    );
  });
});
