import { randomBytes, randomUUID } from "node:crypto";
import { create, toBinary } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { DeliveryKind, DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { DeliveryService } from "@ticketing/proto/deliveries/v1/delivery_service";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { OrderEventSchema } from "@ticketing/proto/orders/v1/order_events";
import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import type { Database } from "@ticketing/runtime/documents/database";
import { createSealing } from "@ticketing/runtime/documents/sealed-text";
import { DomainError, reasonOf } from "@ticketing/runtime/process/domain-error";
import { createRateLimit } from "@ticketing/runtime/process/rate-limit";
import { newSecretKey, secretKeys } from "@ticketing/runtime/process/secret-keys";
import { clientOf, rejectsEveryCall, type SpecCaller } from "@ticketing/runtime/testing/calls";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { png } from "../testing/files.ts";
import { CLAIM_GRACE_MS } from "./barcodes/barcode.ts";
import { type Barcodes, openBarcodes } from "./barcodes/barcodes.ts";
import { standingBy } from "./barcodes/standing.ts";
import { type DeliveryStore, deliveryAggregate } from "./delivery-aggregate.ts";
import { createDeliveryService, UPLOAD_RATE } from "./delivery-service.ts";
import { checkContent } from "./files/check-content.ts";
import { createFiles, type Files } from "./files/files.ts";
import type { ObjectBytes } from "./files/object-store.ts";
import { openFile } from "./files/sealed-file.ts";
import { createUrlSigner } from "./files/signed-url.ts";
import { onOrderEvent } from "./follow-orders.ts";
import { ticketFileAggregate } from "./ticket-file-aggregate.ts";
import { lookAtAwaited } from "./watch-awaited.ts";

const HOUR = 3_600_000;
const LINK = "https://tickets.example/t/7f3a?seat=12";
const reminderLeadsMs = [24 * HOUR, 3 * HOUR];
const terms = { leadMs: 24 * HOUR, leastTimeMs: HOUR, reminderLeadsMs, hasIssuer: false };
let now: number;
let database: Database;
let deliveries: DeliveryStore;
/** Replicas begin anew, with other keys. */
let takeKeys: () => void;
let as: (caller: SpecCaller) => ReturnType<typeof clientOf<typeof DeliveryService>>;
let hear: ReturnType<typeof onOrderEvent>;
/** What orders answer. */
let order: { status: OrderStatus; version: bigint; start: number };
let refusal: DomainError | undefined;
const objects = new Map<string, Buffer>();
let upload: (url: string, content: Buffer) => Promise<void>;
let files: Files;
/** What happens while a file is looked at. */
let whileLookedAt: () => Promise<unknown>;
let barcodes: Barcodes;
/** The ids of the barcodes that are read in every file. */
let barcodesInFiles: string[];
let betweenClaimAndWrite: () => void;
/** What becomes of the next write of a delivery. */
let failure: Error | undefined;
let openings: string[];
let reads: number;

const clock = () => new Date(now);
const log = { warn: () => {} };
const look = () => lookAtAwaited({ deliveries, reminderLeadsMs, clock, log });
const buyer = () => as({ user: "b" });
const seller = () => as({ user: "s" });

beforeAll(async () => {
  database = await openSpecDatabase();
  deliveries = await deliveryAggregate.store(database.db);
  const orders = clientOf(
    OrderLifecycleService,
    {
      openTicket({ orderId }) {
        if (refusal) throw refusal;
        openings.push(orderId);
        return {};
      },
      readOrder({ orderId: id }) {
        reads++;
        const { status, version, start } = order;
        const event = { startTime: timestampFromDate(new Date(start)) };
        return { order: { id, buyerId: "b", sellerId: "s", status, version, ticket: { event } } };
      },
    },
    { service: "deliveries" },
  );
  const store: ObjectBytes = {
    put: async (name, content) => void objects.set(name, Buffer.from(content)),
    get: async (name) => objects.get(name),
    remove: async (name) => void objects.delete(name),
  };
  const signer = createUrlSigner("https://files.example", [randomBytes(32)]);
  upload = async (url, content) => {
    const grant = signer.grantOf("PUT", url, clock());
    if (grant?.bytes !== content.length) throw new Error("this was not signed");
    await store.put(grant.name, content);
  };
  const ticketFiles = await ticketFileAggregate.store(database.db);
  const tickets = clientOf(TicketLockService, {}, { service: "deliveries" });
  const uploadLimit = createRateLimit(UPLOAD_RATE, clock);
  const standingOf = standingBy(deliveries, ticketFiles);
  const endListing = async () => undefined;
  barcodes = await openBarcodes({
    db: database.db,
    standingOf,
    endListing,
    maxAgeMs: 24 * HOUR,
    clock,
  });
  takeKeys = () => {
    const sealing = createSealing(secretKeys.parse(newSecretKey()));
    files = createFiles({
      store: { ...store, urlOf: async (grant) => signer.urlOf(grant) },
      sealing,
      async check(bytes) {
        await whileLookedAt();
        const verdict = checkContent(Buffer.from(bytes));
        return "refused" in verdict ? verdict : { ...verdict, barcodes: barcodesInFiles };
      },
      clock,
    });
    const failing: DeliveryStore = {
      ...deliveries,
      update(...change) {
        betweenClaimAndWrite();
        return failure ? Promise.reject(failure) : deliveries.update(...change);
      },
    };
    const service = createDeliveryService({
      ...{ orders, tickets, ticketFiles, sealing, files, uploadLimit, barcodes, terms, clock },
      deliveries: failing,
    });
    hear = onOrderEvent({ deliveries, ticketFiles, files, orders, barcodes, terms, clock });
    as = (caller) => clientOf(DeliveryService, service, caller);
  };
  takeKeys();
}, 60_000);
afterAll(() => database?.close());
beforeEach(() => {
  now = Date.UTC(2030, 0, 1);
  order = { status: OrderStatus.COMPLETE, version: 2n, start: now + 100 * HOUR };
  refusal = undefined;
  failure = undefined;
  whileLookedAt = async () => undefined;
  barcodesInFiles = [];
  betweenClaimAndWrite = () => undefined;
  openings = [];
  reads = 0;
});

/** What is told of the order as it is. */
const announced = (id: string, { status, version, start } = order, transition = "orderCompleted") => ({
  payload: toBinary(
    OrderEventSchema,
    create(OrderEventSchema, {
      ...{ id, version },
      // The cases are those of the event; all of them are empty here.
      transition: { case: transition as "orderCompleted", value: {} },
      state: {
        ...{ id, status, version, buyerId: "b", sellerId: "s" },
        eventStartTime: timestampFromDate(new Date(start)),
      },
    }),
  ),
});

function permutations(of: readonly number[]): number[][] {
  if (of.length <= 1) return [[...of]];
  return of.flatMap((first) =>
    permutations(of.filter((each) => each !== first)).map((rest) => [first, ...rest]),
  );
}

async function bought(): Promise<string> {
  const orderId = randomUUID();
  await hear(announced(orderId));
  return orderId;
}
async function delivered(
  content: { case: "link" | "transferNote"; value: string } = { case: "link", value: LINK },
) {
  const orderId = await bought();
  await seller().deliverTicket({ orderId, content });
  return orderId;
}

describe("a delivery", () => {
  it("is made when the order is complete, once, with its deadline", async () => {
    const orderId = await bought();
    await hear(announced(orderId));
    const { delivery } = await buyer().getDelivery({ orderId });
    expect(delivery).toMatchObject({ id: orderId, status: DeliveryStatus.AWAITING_SELLER, version: 1n });
    expect(delivery?.deliverBy && timestampDate(delivery.deliverBy)).toEqual(new Date(now + 76 * HOUR));
    expect(reads).toBe(0);
  });

  it("is not made for an order that is not paid, or whose event began long ago", async () => {
    const complete = order;
    order = { ...complete, status: OrderStatus.AWAITING_PAYMENT };
    const unpaid = await bought();
    order = { ...complete, start: now - 24 * HOUR };
    const begun = await bought();
    for (const orderId of [unpaid, begun])
      expect(await buyer().getDelivery({ orderId }).catch(reasonOf)).toBe("DELIVERY_NOT_FOUND");
  });

  it("is made for a sale that is heard of after its event began, overdue, and can be delivered", async () => {
    order = { ...order, start: now - HOUR };
    const orderId = await bought();
    await look();
    const { delivery } = await buyer().getDelivery({ orderId });
    expect(delivery?.status).toBe(DeliveryStatus.OVERDUE);
    await seller().deliverTicket({ orderId, content: { case: "link", value: LINK } });
    expect((await buyer().openTicket({ orderId })).content).toEqual({ case: "link", value: LINK });
  });

  it("can be made anew when the key of what was delivered is lost", async () => {
    const orderId = await delivered();
    takeKeys();
    await expect(buyer().openTicket({ orderId })).rejects.toThrow();
    await seller().deliverTicket({ orderId, content: { case: "link", value: LINK } });
    expect((await buyer().openTicket({ orderId })).content).toEqual({ case: "link", value: LINK });
  });

  it("comes to the same in whatever order the events of its order come, and however often", async () => {
    const moved = { ...order, version: 3n, start: now + 200 * HOUR };
    const events = (orderId: string, end: OrderStatus) => [
      announced(orderId),
      announced(orderId, moved, "orderEventMoved"),
      announced(orderId, { ...moved, version: 4n }, "orderRefundRequested"),
      // Back to where it was: nothing new for who did not hear that it moved.
      announced(orderId, { ...order, version: 5n, status: end }, "orderEventMoved"),
    ];
    for (const end of [OrderStatus.REFUNDED, OrderStatus.COMPLETE]) {
      for (const sequence of permutations([0, 1, 2, 3])) {
        const orderId = randomUUID();
        const told = events(orderId, end);
        for (const at of [...sequence, ...sequence]) await hear(told[at] ?? announced(orderId));
        const delivery = await deliveries.get(orderId);
        const wanted = end === OrderStatus.REFUNDED ? "CANCELLED" : "AWAITING_SELLER";
        expect([sequence, DeliveryStatus[delivery.status]]).toEqual([sequence, wanted]);
        if (end === OrderStatus.COMPLETE) expect(delivery.deliverBy).toEqual(new Date(now + 76 * HOUR));
      }
    }
    expect(reads).toBe(0);
  }, 60_000);

  it("is not written for the next news of its order that mean nothing for it", async () => {
    const orderId = await bought();
    await hear(announced(orderId, { ...order, version: 3n }, "orderTicketOpened"));
    expect((await deliveries.get(orderId)).version).toBe(1);
  });

  it("comes to the same when all of them come at once", async () => {
    for (let round = 0; round < 10; round++) {
      const orderId = randomUUID();
      const refunded = { ...order, version: 4n, status: OrderStatus.REFUNDED };
      const told = [
        announced(orderId),
        announced(orderId, { ...order, version: 3n }, "orderRefundRequested"),
        announced(orderId, refunded, "orderRefunded"),
      ];
      await Promise.all((round % 2 ? told : told.toReversed()).map(hear));
      expect((await deliveries.get(orderId)).status).toBe(DeliveryStatus.CANCELLED);
    }
  });

  it("is made of an event of the release before by asking orders when the ticket's event begins", async () => {
    const orderId = randomUUID();
    const { id, version, status } = { id: orderId, ...order };
    const state = { id, version, status, buyerId: "b", sellerId: "s" };
    const transition = { case: "orderCompleted" as const, value: {} };
    await hear({
      payload: toBinary(OrderEventSchema, create(OrderEventSchema, { id, version, transition, state })),
    });
    expect((await deliveries.get(orderId)).deliverBy).toEqual(new Date(now + 76 * HOUR));
    expect(reads).toBe(1);
  });

  it("shows its link to the buyer alone, and only through OpenTicket", async () => {
    const orderId = await delivered();
    const { content, delivery } = await buyer().openTicket({ orderId });
    expect(content).toEqual({ case: "link", value: LINK });
    expect(delivery).toMatchObject({ openingCount: 1n, kind: DeliveryKind.LINK });
    expect(openings).toEqual([orderId]);
    for (const other of [seller(), as({ user: "x" })])
      expect(await other.openTicket({ orderId }).catch(reasonOf)).toBe("NOT_YOUR_DELIVERY");
    const seen = [await seller().getDelivery({ orderId }), await buyer().getDelivery({ orderId })];
    expect(
      JSON.stringify(seen, (_, value) => (typeof value === "bigint" ? `${value}` : value)),
    ).not.toContain("tickets.example");
  });

  it("is recorded at each opening, and shown to both", async () => {
    const orderId = await delivered({ case: "transferNote", value: "In the Arena app, to b@example.com" });
    for (const hour of [1, 2, 3]) {
      now += hour * HOUR;
      expect((await buyer().openTicket({ orderId })).content.case).toBe("transferNote");
    }
    const { delivery } = await seller().getDelivery({ orderId });
    expect(delivery?.openingCount).toBe(3n);
    expect(delivery?.openings.map((time) => timestampDate(time).getTime() - Date.UTC(2030, 0, 1))).toEqual(
      [1, 3, 6].map((hours) => hours * HOUR),
    );
  });

  it("shows nothing when its order refuses", async () => {
    const orderId = await delivered();
    refusal = new DomainError("REFUND_REQUESTED", "");
    expect(await buyer().openTicket({ orderId }).catch(reasonOf)).toBe("REFUND_REQUESTED");
    expect(await buyer().confirmDelivery({ orderId }).catch(reasonOf)).toBe("REFUND_REQUESTED");
    expect((await deliveries.get(orderId)).openingCount).toBe(0);
    expect((await deliveries.get(orderId)).status).toBe(DeliveryStatus.DELIVERED);
  });

  it("asks the order for nothing before there is something to show", async () => {
    const orderId = await bought();
    expect(await buyer().openTicket({ orderId }).catch(reasonOf)).toBe("TICKET_NOT_DELIVERED");
    expect(await buyer().confirmDelivery({ orderId }).catch(reasonOf)).toBe("TICKET_NOT_DELIVERED");
    expect(openings).toEqual([]);
  });

  it("is confirmed by the buyer, which counts as having opened it", async () => {
    const orderId = await delivered();
    const first = await buyer().confirmDelivery({ orderId });
    const again = await buyer().confirmDelivery({ orderId });
    expect(first.delivery).toMatchObject({ status: DeliveryStatus.CONFIRMED });
    expect(again).toEqual(first);
    expect(openings).toEqual([orderId, orderId]);
    const replaced = seller().deliverTicket({ orderId, content: { case: "link", value: `${LINK}&x` } });
    expect(await replaced.catch(reasonOf)).toBe("DELIVERY_ENDED");
  });

  it("that its buyer has opened is confirmed without asking the order again, whatever becomes of its money", async () => {
    const orderId = await delivered();
    await buyer().openTicket({ orderId });
    refusal = new DomainError("REFUND_REQUESTED", "");
    const { delivery } = await buyer().confirmDelivery({ orderId });
    expect(delivery?.status).toBe(DeliveryStatus.CONFIRMED);
    expect(openings).toEqual([orderId]);
  });

  it("is stored and announced without what was delivered", async () => {
    const orderId = await delivered();
    const document = await deliveries.get(orderId);
    expect(JSON.stringify(document)).not.toContain("tickets.example");
    for (const transition of document.history) {
      const { payload, ...envelope } = deliveryAggregate.event(document, transition);
      const words = `${Buffer.from(payload).toString("latin1")} ${JSON.stringify(envelope)}`;
      expect(words).not.toContain("tickets.example");
      expect(words).not.toContain(
        document.content && "sealed" in document.content && document.content.sealed.data,
      );
    }
  });

  it("ends when the order was refunded", async () => {
    const orderId = await delivered();
    order = { ...order, status: OrderStatus.REFUNDED, version: 4n };
    await hear(announced(orderId));
    const { delivery } = await seller().getDelivery({ orderId });
    expect(delivery?.status).toBe(DeliveryStatus.CANCELLED);
    expect(await buyer().openTicket({ orderId }).catch(reasonOf)).toBe("DELIVERY_ENDED");
    expect(openings).toEqual([]);
  });

  it("is refused to callers without a session", async () => {
    const outcomes = await rejectsEveryCall(DeliveryService, as("nobody"));
    expect(new Set(Object.values(outcomes))).toEqual(new Set(["UNAUTHENTICATED"]));
  });
});

describe("a file that is delivered", () => {
  async function uploaded(orderId: string, content = png()): Promise<string> {
    const { uploadId, url } = await seller().startUpload({ orderId, bytes: BigInt(content.length) });
    await upload(url, content);
    return uploadId;
  }
  const send = (orderId: string, uploadId: string) =>
    seller().deliverTicket({ orderId, content: { case: "uploadId", value: uploadId } });
  beforeEach(() => objects.clear());

  it("is the buyer's to fetch and open, and stored as ciphertext alone", async () => {
    const orderId = await bought();
    const { delivery } = await send(orderId, await uploaded(orderId));
    expect(delivery).toMatchObject({ status: DeliveryStatus.DELIVERED, kind: DeliveryKind.FILE });
    expect(objects.size).toBe(1);
    const { content } = await buyer().openTicket({ orderId });
    if (content.case !== "file") throw new Error(`it is ${content.case}`);
    const { url, key, iv, additionalData, mediaType } = content.value;
    const ciphertext = objects.get(new URL(url).pathname.slice(1)) ?? Buffer.alloc(0);
    expect(ciphertext.includes("IHDR")).toBe(false);
    const opened = openFile(ciphertext, { key: Buffer.from(key), iv: Buffer.from(iv) }, additionalData);
    expect([opened.equals(png()), mediaType]).toEqual([true, "image/png"]);
    expect(JSON.stringify(await deliveries.get(orderId))).not.toContain(Buffer.from(key).toString("base64"));
  });

  it("is delivered once, however often and at once the same is sent", async () => {
    const orderId = await bought();
    const uploadId = await uploaded(orderId);
    const answers = await Promise.all([1, 2, 3].map(() => send(orderId, uploadId)));
    answers.push(await send(orderId, uploadId));
    expect(new Set(answers.map(({ delivery }) => delivery?.version)).size).toBe(1);
    expect(objects.size).toBe(1);
  });

  it("goes when it is replaced", async () => {
    const orderId = await bought();
    await send(orderId, await uploaded(orderId));
    await seller().deliverTicket({ orderId, content: { case: "link", value: LINK } });
    expect(objects.size).toBe(0);
  });

  it("is refused when it is none, and not kept", async () => {
    const orderId = await bought();
    const uploadId = await uploaded(orderId, Buffer.from("<script>alert(1)</script>"));
    expect(await send(orderId, uploadId).catch(reasonOf)).toBe("FILE_REFUSED");
    expect(objects.size).toBe(0);
    expect(await send(orderId, uploadId).catch(reasonOf)).toBe("UPLOAD_MISSING");
  });

  it("is not kept when its delivery has ended while it was looked at", async () => {
    const orderId = await delivered();
    const uploadId = await uploaded(orderId);
    whileLookedAt = () => buyer().confirmDelivery({ orderId });
    expect(await send(orderId, uploadId).catch(reasonOf)).toBe("DELIVERY_ENDED");
    expect([...objects.keys()].filter((name) => name.startsWith("files/"))).toEqual([]);
  });

  it("is there for a repeat when nobody knows whether its delivery was written", async () => {
    const orderId = await bought();
    const uploadId = await uploaded(orderId);
    failure = new Error("the database went away");
    await expect(send(orderId, uploadId)).rejects.toThrow();
    failure = undefined;
    // Its ciphertext may be the one that was delivered.
    expect([...objects.keys()].filter((name) => name.startsWith("files/"))).toHaveLength(1);
    const { delivery } = await send(orderId, uploadId);
    expect(delivery?.status).toBe(DeliveryStatus.DELIVERED);
    expect([...objects.keys()].filter((name) => name.startsWith("quarantine/"))).toEqual([]);
  });

  it("is out of quarantine after a repeat of a call that died once the delivery was written", async () => {
    const orderId = await bought();
    const uploadId = await uploaded(orderId);
    const [uploads] = [...objects];
    await send(orderId, uploadId);
    if (uploads) objects.set(...uploads);
    await send(orderId, uploadId);
    expect([...objects.keys()].filter((name) => name.startsWith("quarantine/"))).toEqual([]);
  });

  it("is not uploaded any more once what was delivered was replaced as often as it may be", async () => {
    const user = randomUUID();
    const _id = randomUUID();
    const delivery = await deliveries.get(await delivered());
    await deliveries.insert({ ...delivery, _id, sellerId: user, deliveries: 21 });
    const caller = as({ user });
    const start = caller.startUpload({ orderId: _id, bytes: 1n });
    expect(await start.catch(reasonOf)).toBe("TOO_MANY_REPLACEMENTS");
    const content = { case: "uploadId" as const, value: randomUUID() };
    const deliver = caller.deliverTicket({ orderId: _id, content });
    expect(await deliver.catch(reasonOf)).toBe("TOO_MANY_REPLACEMENTS");
  });

  it("is not another order's to deliver", async () => {
    const [mine, other] = [await bought(), await bought()];
    expect(await send(other, await uploaded(mine)).catch(reasonOf)).toBe("UPLOAD_MISSING");
  });

  it("is uploaded by the seller alone, while there is something to deliver", async () => {
    const orderId = await delivered();
    for (const user of ["b", "x"])
      expect(await as({ user }).startUpload({ orderId, bytes: 1n }).catch(reasonOf)).toBe(
        "NOT_YOUR_DELIVERY",
      );
    await buyer().confirmDelivery({ orderId });
    expect(await seller().startUpload({ orderId, bytes: 1n }).catch(reasonOf)).toBe("DELIVERY_ENDED");
  });

  it("goes when the money of its order goes back", async () => {
    const orderId = await bought();
    await send(orderId, await uploaded(orderId));
    expect(objects.size).toBe(1);
    order = { ...order, status: OrderStatus.REFUNDED, version: 3n };
    await hear(announced(orderId, order, "orderRefunded"));
    expect(objects.size).toBe(0);
  });

  describe("with a barcode", () => {
    beforeEach(() => {
      barcodesInFiles = [randomBytes(32).toString("hex"), randomBytes(32).toString("hex")];
    });
    /** The reason why a file with the barcodes is refused for this order; undefined where it is delivered. */
    const refusal = async (orderId: string) =>
      send(orderId, await uploaded(orderId)).then(() => undefined, reasonOf);
    const deliverLink = (orderId: string) =>
      seller().deliverTicket({ orderId, content: { case: "link", value: LINK } });

    it("says so to both, and says that there is none", async () => {
      const orderId = await bought();
      expect(await refusal(orderId)).toBeUndefined();
      for (const user of [buyer(), seller()])
        expect((await user.getDelivery({ orderId })).delivery?.barcodeFound).toBe(true);
      barcodesInFiles = [];
      expect(await refusal(orderId)).toBeUndefined();
      expect((await buyer().getDelivery({ orderId })).delivery?.barcodeFound).toBe(false);
      const { delivery } = await deliverLink(orderId);
      expect(delivery?.barcodeFound).toBeUndefined();
    });

    it("is delivered to one buyer, until the money of that order goes back", async () => {
      const [first, second] = [await bought(), await bought()];
      expect(await refusal(first)).toBeUndefined();
      const kept = [...objects.keys()];
      expect(await refusal(second)).toBe("BARCODE_TAKEN");
      barcodesInFiles = barcodesInFiles.slice(1);
      expect(await refusal(second)).toBe("BARCODE_TAKEN");
      expect([...objects.keys()]).toEqual(kept);
      expect(await refusal(first)).toBeUndefined();
      await hear(announced(first, { ...order, version: 3n, status: OrderStatus.REFUNDED }, "orderRefunded"));
      expect(await refusal(second)).toBeUndefined();
    });

    it("is not its seller's for having been replaced in an order that was refunded", async () => {
      const [first, second] = [await bought(), randomUUID()];
      await refusal(first);
      await deliverLink(first);
      await hear(announced(first, { ...order, version: 3n, status: OrderStatus.REFUNDED }, "orderRefunded"));
      now += CLAIM_GRACE_MS;
      const [sellerId, buyerId] = ["true owner", "b"];
      expect(
        await barcodes
          .claim({ kind: "order", id: second, sellerId, buyerId }, barcodesInFiles)
          .catch(reasonOf),
      ).toBeUndefined();
    });

    it("is delivered to one buyer, of many at once", async () => {
      const orders = await Promise.all([1, 2, 3, 4].map(() => bought()));
      const refusals = await Promise.all(orders.map(refusal));
      expect(refusals.filter((reason) => reason === undefined)).toHaveLength(1);
      expect(refusals.filter((reason) => reason === "BARCODE_TAKEN")).toHaveLength(3);
    });

    it("can be delivered elsewhere soon after it was replaced, unless its buyer may have seen it", async () => {
      const [first, second, third] = [await bought(), await bought(), await bought()];
      await refusal(first);
      await deliverLink(first);
      expect(await refusal(second)).toBe("BARCODE_TAKEN");
      now += CLAIM_GRACE_MS;
      expect(await refusal(second)).toBeUndefined();
      await buyer().openTicket({ orderId: second });
      await deliverLink(second);
      await deliverLink(second);
      now += CLAIM_GRACE_MS;
      expect(await refusal(third)).toBe("BARCODE_TAKEN");
    });

    it("is not kept when storing it took longer than it is sure to be its order's", async () => {
      const orderId = await bought();
      const uploadId = await uploaded(orderId);
      betweenClaimAndWrite = () => {
        now += CLAIM_GRACE_MS / 2;
      };
      expect(await send(orderId, uploadId).catch(reasonOf)).toBe("FILES_UNAVAILABLE");
      betweenClaimAndWrite = () => undefined;
      expect((await send(orderId, uploadId)).delivery?.barcodeFound).toBe(true);
    });
  });

  it("is uploaded so often within an hour, and then again", async () => {
    const user = randomUUID();
    const _id = randomUUID();
    await deliveries.insert({ ...(await deliveries.get(await bought())), _id, sellerId: user });
    const start = () => as({ user }).startUpload({ orderId: _id, bytes: 1n });
    for (let n = 0; n < UPLOAD_RATE.count; n++) await start();
    expect(await start().catch(reasonOf)).toBe("TOO_MANY_UPLOADS");
    now += HOUR;
    expect((await start()).url).toMatch(/^https:\/\/files.example\//);
  });
});

describe("a seller", () => {
  it("delivers once, however often the same is sent", async () => {
    const orderId = await bought();
    const send = () => seller().deliverTicket({ orderId, content: { case: "link", value: LINK } });
    const answers = await Promise.all([send(), send(), send()]);
    expect(new Set(answers.map(({ delivery }) => delivery?.version)).size).toBe(1);
    expect((await deliveries.get(orderId)).history.map(({ type }) => type)).toEqual([
      "delivery_awaited",
      "delivery_made",
    ]);
  });

  it("can replace what was wrong, and the buyer gets the newest", async () => {
    const orderId = await delivered();
    await seller().deliverTicket({ orderId, content: { case: "transferNote", value: LINK } });
    expect((await buyer().openTicket({ orderId })).content).toEqual({ case: "transferNote", value: LINK });
  });

  it.each([
    "http://tickets.example/t",
    "javascript:alert(1)",
    "tickets.example/t",
    "https://seller@tickets.example/t",
    "https://shop.example:pass@tickets.example/t",
    "https://",
    "data:text/html,x",
  ])("cannot deliver %s as a link", async (value) => {
    const orderId = await bought();
    const call = seller().deliverTicket({ orderId, content: { case: "link", value } });
    const error: unknown = await call.catch((thrown) => thrown);
    expect(reasonOf(error)).toBe("LINK_NOT_ALLOWED");
    expect(String(error)).not.toContain("tickets.example");
  });

  it("cannot deliver for another's order", async () => {
    const orderId = await bought();
    for (const other of [buyer(), as({ user: "x" })]) {
      const call = other.deliverTicket({ orderId, content: { case: "link", value: LINK } });
      expect(await call.catch(reasonOf)).toBe("NOT_YOUR_DELIVERY");
    }
  });

  it("lists what is due, earliest first, page by page", async () => {
    const user = randomUUID();
    const due = [30, 10, 20, 10].map((hours) => ({ _id: randomUUID(), hours }));
    const template = await deliveries.get(await bought());
    for (const { _id, hours } of due) {
      const deliverBy = new Date(now + hours * HOUR);
      await deliveries.insert({ ...template, _id, sellerId: user, deliverBy });
    }
    await deliveries.insert({ ...template, _id: randomUUID(), sellerId: user, isDue: false });
    const found: string[] = [];
    let pageToken = "";
    do {
      const page = await as({ user }).listDeliveriesDue({ pageSize: 3, pageToken });
      found.push(...page.deliveries.map(({ id }) => id));
      pageToken = page.nextPageToken;
    } while (pageToken);
    const expected = due.toSorted((a, b) => a.hours - b.hours || (a._id < b._id ? -1 : 1));
    expect(found).toEqual(expected.map(({ _id }) => _id));
    expect((await seller().listDeliveriesDue({})).deliveries.every(({ sellerId }) => sellerId === "s")).toBe(
      true,
    );
  });

  it("with nothing to deliver costs one question", async () => {
    const find = jest.spyOn(deliveries.collection, "find");
    expect(await as({ user: randomUUID() }).listDeliveriesDue({})).toMatchObject({ deliveries: [] });
    expect(find.mock.calls.length).toBe(1);
    find.mockRestore();
    const call = as({ user: randomUUID() }).listDeliveriesDue({ pageToken: "another's" });
    expect(await call.catch(reasonOf)).toBe("BAD_PAGE_TOKEN");
  });
});

describe("what is overdue", () => {
  it("is marked, whatever becomes of another", async () => {
    const orderIds = [await bought(), await bought()];
    now += 76 * HOUR;
    let failing: string | undefined;
    const told: object[] = [];
    const failingOnce: DeliveryStore = {
      ...deliveries,
      update(id, ...rest) {
        failing ??= id;
        return id === failing ? Promise.reject(new Error("it failed")) : deliveries.update(id, ...rest);
      },
    };
    const telling = { warn: (fields: object) => void told.push(fields) };
    await lookAtAwaited({ deliveries: failingOnce, reminderLeadsMs, clock, log: telling });
    for (const id of orderIds.filter((each) => each !== failing))
      expect((await deliveries.get(id)).status).toBe(DeliveryStatus.OVERDUE);
    expect(told).toEqual([expect.objectContaining({ orderId: failing })]);
    await look();
  });

  it("stands among what a seller has to deliver for a week", async () => {
    const orderId = await bought();
    now += 76 * HOUR + 7 * 24 * HOUR - 1;
    await look();
    const due = async () =>
      (await seller().listDeliveriesDue({ pageSize: 100 })).deliveries.map(({ id }) => id);
    expect(await due()).toContain(orderId);
    now += 2;
    expect(await due()).not.toContain(orderId);
  });
});

describe("the look for what is overdue", () => {
  it("marks all that is late, on whatever page, and nothing else", async () => {
    const late = await Promise.all(Array.from({ length: 120 }, bought));
    const made = await delivered();
    now += 76 * HOUR;
    order = { ...order, start: now + 100 * HOUR };
    const early = await bought();
    await look();
    const statusOf = async (id: string) => (await deliveries.get(id)).status;
    const found = await Promise.all(late.map(statusOf));
    expect(found.filter((status) => status === DeliveryStatus.OVERDUE)).toHaveLength(120);
    expect([await statusOf(made), await statusOf(early)]).toEqual([
      DeliveryStatus.DELIVERED,
      DeliveryStatus.AWAITING_SELLER,
    ]);
  }, 30_000);
});

describe("a reminder of the seller", () => {
  /** Its sellers' deliveries are due in 76 hours; they are reminded 24 and 3 hours before. */
  const reminders = async (orderId: string) => {
    const { delivery } = await seller().getDelivery({ orderId });
    const told = delivery?.timeline.flatMap(({ transition, time }) =>
      transition.case === "deliveryReminded" && time
        ? [[transition.value.number, (timestampDate(time).getTime() - Date.UTC(2030, 0, 1)) / HOUR]]
        : [],
    );
    expect(delivery?.reminderCount).toBe(BigInt(told?.length ?? 0));
    return told;
  };

  it("is made at each of its times, and not before", async () => {
    const orderId = await bought();
    for (const hours of [51.5, 0.5, 1, 19.5, 0.5, 2]) {
      now += hours * HOUR;
      await look();
    }
    expect(await reminders(orderId)).toEqual([
      ["1", 52],
      ["2", 73],
    ]);
  });

  it("is made once, however many processes look, as often as they look", async () => {
    const sold = await Promise.all(Array.from({ length: 20 }, bought));
    now += 52 * HOUR;
    for (let round = 0; round < 3; round++) await Promise.all([look(), look(), look()]);
    for (const orderId of sold) expect(await reminders(orderId)).toEqual([["1", 52]]);
  });

  it("comes once after a time in which nobody looked, and never when the ticket is overdue", async () => {
    const orderId = await bought();
    now += 74 * HOUR;
    await look();
    await look();
    expect(await reminders(orderId)).toEqual([["1", 74]]);
    const other = await bought();
    now += 200 * HOUR;
    await look();
    expect(await reminders(other)).toEqual([]);
  });

  it("is not made once the ticket was delivered or the money went back", async () => {
    const made = await delivered();
    const refunded = await bought();
    await hear(announced(refunded, { ...order, status: OrderStatus.REFUNDED, version: 4n }));
    now += 74 * HOUR;
    await look();
    expect([await reminders(made), await reminders(refunded)]).toEqual([[], []]);
  });

  it("follows the event to its new start", async () => {
    const orderId = await bought();
    order = { ...order, start: order.start + 100 * HOUR, version: 3n };
    await hear(announced(orderId, order, "orderEventMoved"));
    for (const hours of [60, 92]) {
      now += hours * HOUR;
      await look();
    }
    expect(await reminders(orderId)).toEqual([["1", 152]]);
  });

  it("is not made for a time that was over when the ticket was sold", async () => {
    order = { ...order, start: now + 30 * HOUR };
    const orderId = await bought();
    await look();
    now += 3 * HOUR;
    await look();
    expect(await reminders(orderId)).toEqual([["1", 3]]);
  });
});
