import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { DeliveryLifecycleService } from "@ticketing/proto/deliveries/internal/v1/delivery_lifecycle_service";
import { DeliveryKind, DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import type { Database } from "@ticketing/runtime/documents/database";
import { createSealing } from "@ticketing/runtime/documents/sealed-text";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { newSecretKey, secretKeys } from "@ticketing/runtime/process/secret-keys";
import { clientOf, type SpecCaller } from "@ticketing/runtime/testing/calls";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { sealContent } from "./content.ts";
import { awaitDelivery, deliver } from "./delivery.ts";
import { deliveryAggregate } from "./delivery-aggregate.ts";
import { createDeliveryLifecycleService } from "./delivery-lifecycle-service.ts";
import { noFiles } from "./files/files.ts";

const LINK = "https://tickets.example/t/7f3a";
const now = new Date(Date.UTC(2030, 0, 1));
let database: Database;
let as: (caller: SpecCaller) => ReturnType<typeof clientOf<typeof DeliveryLifecycleService>>;
const orderId = randomUUID();

beforeAll(async () => {
  database = await openSpecDatabase();
  const deliveries = await deliveryAggregate.store(database.db);
  const service = createDeliveryLifecycleService(deliveries);
  as = (caller) => clientOf(DeliveryLifecycleService, service, caller);
  const order = { _id: orderId, buyerId: "b", sellerId: "s", version: 2, startTime: now, refunded: false };
  const awaited = awaitDelivery(
    order,
    { leadMs: 1_000, leastTimeMs: 1_000, reminderLeadsMs: [], hasIssuer: false },
    now,
  );
  const content = { kind: DeliveryKind.LINK, text: LINK } as const;
  const sealing = createSealing(secretKeys.parse(newSecretKey()));
  const { signal } = new AbortController();
  const sealed = await sealContent({ sealing, files: noFiles }, awaited, content, signal);
  await deliveries.insert(deliver(awaited, sealed, now));
}, 60_000);
afterAll(() => database?.close());

it("workflows and cases read whether a ticket was delivered, and nothing of what was", async () => {
  for (const service of ["workflows", "cases"]) {
    const { delivery } = await as({ service }).readDelivery({ orderId });
    expect(delivery).toMatchObject({ id: orderId, status: DeliveryStatus.DELIVERED, sellerId: "s" });
    const text = JSON.stringify(delivery, (_, value) => (typeof value === "bigint" ? `${value}` : value));
    expect(text).not.toContain("tickets.example");
  }
});

it("nobody else reads it, and one that was not made is not found", async () => {
  for (const caller of [{ service: "orders" }, { user: "b" }, "nobody"] as SpecCaller[])
    expect(await as(caller).readDelivery({ orderId }).catch(reasonOf)).toBe("SERVICE_NOT_ALLOWED");
  const unknown = as({ service: "workflows" }).readDelivery({ orderId: randomUUID() });
  expect(await unknown.catch(reasonOf)).toBe("DELIVERY_NOT_FOUND");
});
