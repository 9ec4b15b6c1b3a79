import { createServer } from "node:net";
import type { DescField, DescMessage, DescService } from "@bufbuild/protobuf";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderLifecycleService as FormerOrders } from "@ticketing/proto/orders/v1/order_lifecycle_service";
import { PaymentLifecycleService } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { PaymentLifecycleService as FormerPayments } from "@ticketing/proto/payments/v1/payment_lifecycle_service";
import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { TicketLockService as FormerTickets } from "@ticketing/proto/tickets/v1/ticket_lock_service";
import { makeServiceKeys } from "../../../testing/keys.ts";
import { orderLifecycle } from "../../../testing/order-lifecycle.ts";
import { silent } from "../../../testing/service.ts";
import { createServiceAuthenticator, createServiceTokens } from "../../identity/service-tokens.ts";
import { DomainError, reasonOf } from "../../process/domain-error.ts";
import { createInternalClient } from "../internal-client.ts";
import { type InternalRouter, startInternalServer } from "../internal-server.ts";
import { createServingStatus } from "../serving-status.ts";

const orderId = "0192f0c0-1111-7222-8333-444455556666";
let keys: Awaited<ReturnType<typeof makeServiceKeys>>;
const closing: (() => unknown)[] = [];
beforeAll(async () => {
  keys = await makeServiceKeys("orders", "payments");
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => keys.remove());

let answered: string[] = [];
const implementation = (release: string): ServiceImpl<typeof OrderLifecycleService> => ({
  ...orderLifecycle,
  readOrder(request) {
    answered.push(release);
    return { order: { id: request.orderId, version: 7n } };
  },
  cancelOrder() {
    answered.push(release);
    throw new DomainError("ILLEGAL_TRANSITION", "it is complete");
  },
});

/** Orders, as this release serves it or as the one before did. */
async function start(release: "before" | "now") {
  const routes = {
    now: (router: InternalRouter) => router.service(OrderLifecycleService, implementation("now")),
    // The messages are those of the other package by name alone.
    before: (router: InternalRouter) =>
      router.service(FormerOrders, implementation("before") as unknown as ServiceImpl<typeof FormerOrders>),
  };
  const server = await startInternalServer({
    host: "127.0.0.1",
    port: 0,
    log: silent,
    authenticate: await createServiceAuthenticator({ name: "orders", keysFile: keys.keysFile, log: silent }),
    routes: routes[release],
    health: createServingStatus(),
  });
  closing.push(() => server.drain(100));
  return server.port;
}

async function client<T extends DescService>(service: T, ...ports: number[]) {
  const tokens = await createServiceTokens({
    name: "payments",
    keyFile: keys.keyFile("payments"),
    log: silent,
  });
  const addresses = ports.map((port) => `127.0.0.1:${port}`);
  const made = createInternalClient(service, { addresses, callee: "orders", tokens });
  closing.push(made.close);
  return made;
}

describe("an internal service that has moved to a package of its own", () => {
  it("is there for callers of the release before", async () => {
    const orders = await client(FormerOrders, await start("now"));
    expect(await orders.readOrder({ orderId })).toMatchObject({ order: { id: orderId, version: 7n } });
    expect(await orders.cancelOrder({ orderId, reason: 1 }).catch(reasonOf)).toBe("ILLEGAL_TRANSITION");
  });

  it("is called by its former name while its callee is of the release before", async () => {
    const orders = await client(OrderLifecycleService, await start("before"));
    expect(await orders.readOrder({ orderId })).toMatchObject({ order: { id: orderId, version: 7n } });
    expect(await orders.cancelOrder({ orderId, reason: 1 }).catch(reasonOf)).toBe("ILLEGAL_TRANSITION");
  });

  it.each([
    ["now", OrderLifecycleService],
    ["before", FormerOrders],
  ])("serves every call of a caller of the release %s while replicas of both run", async (_, service) => {
    answered = [];
    const orders = await client(
      service as typeof OrderLifecycleService,
      await start("before"),
      await start("now"),
    );
    for (let call = 0; call < 20; call++) {
      expect((await orders.readOrder({ orderId })).order?.id).toBe(orderId);
    }
    expect(answered).toHaveLength(20);
  });

  it("is not called again where its callee cannot be reached, or refuses", async () => {
    const nobody = createServer();
    await new Promise<void>((resolve) => nobody.listen(0, "127.0.0.1", resolve));
    const address = nobody.address();
    await new Promise((resolve) => nobody.close(resolve));
    const away = await client(OrderLifecycleService, typeof address === "object" ? (address?.port ?? 0) : 0);
    const error = await away.readOrder({ orderId }, { timeoutMs: 500 }).catch(ConnectError.from);
    expect([Code.Unavailable, Code.DeadlineExceeded]).toContain((error as ConnectError).code);
    answered = [];
    const orders = await client(OrderLifecycleService, await start("now"));
    await orders.cancelOrder({ orderId, reason: 1 }).catch(() => undefined);
    expect(answered).toEqual(["now"]);
  });
});

/** What of a message is on the wire, as deep as it goes. */
function shapeOf(message: DescMessage, within: readonly string[] = []): unknown {
  if (within.includes(message.name)) return message.name;
  return Object.fromEntries(
    message.fields.map((field: DescField) => [
      field.number,
      [
        field.name,
        field.fieldKind,
        field.scalar,
        field.enum?.values.map(({ number }) => number),
        field.message && shapeOf(field.message, [...within, message.name]),
      ],
    ]),
  );
}

describe.each<readonly [string, DescService, DescService]>([
  ["tickets", TicketLockService, FormerTickets],
  ["orders", OrderLifecycleService, FormerOrders],
  ["payments", PaymentLifecycleService, FormerPayments],
])("the messages of %s", (_, service, former) => {
  it.each(former.methods.map((method) => [method.name, method] as const))(
    "of %s are the same in both packages",
    (name, method) => {
      const now = service.methods.find((each) => each.name === name);
      expect(now && shapeOf(now.input)).toEqual(shapeOf(method.input));
      expect(now && shapeOf(now.output)).toEqual(shapeOf(method.output));
    },
  );
});
