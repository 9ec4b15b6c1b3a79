import { randomBytes, randomUUID } from "node:crypto";
import { create, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { DeliveryKind, DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { DeliveryService } from "@ticketing/proto/deliveries/v1/delivery_service";
import { TicketFileStatus } from "@ticketing/proto/deliveries/v1/ticket_file";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { OrderEventSchema } from "@ticketing/proto/orders/v1/order_events";
import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import type { Database } from "@ticketing/runtime/documents/database";
import { createSealing } from "@ticketing/runtime/documents/sealed-text";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { createRateLimit } from "@ticketing/runtime/process/rate-limit";
import { newSecretKey, secretKeys } from "@ticketing/runtime/process/secret-keys";
import { clientOf, type SpecCaller } from "@ticketing/runtime/testing/calls";
import { silent } from "@ticketing/runtime/testing/service";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { pdf, png } from "../testing/files.ts";
import { CLAIM_GRACE_MS } from "./barcodes/barcode.ts";
import { type Barcodes, openBarcodes } from "./barcodes/barcodes.ts";
import { standingBy } from "./barcodes/standing.ts";
import { type DeliveryStore, deliveryAggregate } from "./delivery-aggregate.ts";
import { createDeliveryService, UPLOAD_RATE } from "./delivery-service.ts";
import { checkContent } from "./files/check-content.ts";
import { createFiles } from "./files/files.ts";
import { fileName, type ObjectBytes } from "./files/object-store.ts";
import { openFile } from "./files/sealed-file.ts";
import { createUrlSigner } from "./files/signed-url.ts";
import { onOrderEvent } from "./follow-orders.ts";
import { type LookDependencies, lookAtAll, lookIfEnded } from "./look-after-ticket-files.ts";
import { type TicketFileStore, ticketFileAggregate } from "./ticket-file-aggregate.ts";

const HOUR = 3_600_000;
let now: number;
let database: Database;
let deliveries: DeliveryStore;
let ticketFiles: TicketFileStore;
let as: (caller: SpecCaller) => ReturnType<typeof clientOf<typeof DeliveryService>>;
let hear: ReturnType<typeof onOrderEvent>;
let look: (others?: Partial<LookDependencies>) => Promise<void>;
const objects = new Map<string, Buffer>();
let put: (url: string, content: Buffer) => Promise<void>;
/** What tickets answer. */
let listed: TicketStatus;
/** Of one ticket, where it is another. */
const listedOf = new Map<string, TicketStatus>();
/** Whether a lock that is over can still be sold. */
let reserved: boolean;
/** Of tickets that are not s's. */
const sellers = new Map<string, string>();
/** The tickets that tickets were asked of. */
let reads: string[];
/** What happens while they are asked. */
let whileRead: () => Promise<unknown>;
/** What happens while a file is looked at. */
let whileLookedAt: () => Promise<unknown>;
let barcodes: Barcodes;
/** The ids of the barcodes that are read in every file. */
let barcodesInFiles: string[];
let ticketId: string;

const clock = () => new Date(now);
const sellerOf = (id: string) => sellers.get(id) ?? "s";
const seller = () => as({ user: "s" });
const buyer = () => as({ user: "b" });

beforeAll(async () => {
  database = await openSpecDatabase();
  deliveries = await deliveryAggregate.store(database.db);
  ticketFiles = await ticketFileAggregate.store(database.db);
  const orders = clientOf(OrderLifecycleService, { openTicket: () => ({}) }, { service: "deliveries" });
  const readTicket = async ({ ticketId: id }: { ticketId: string }) => {
    reads.push(id);
    await whileRead();
    return { ticket: { id, sellerId: sellerOf(id), status: listedOf.get(id) ?? listed }, reserved };
  };
  const tickets = clientOf(TicketLockService, { readTicket }, { service: "deliveries" });
  const store: ObjectBytes = {
    put: async (name, content) => void objects.set(name, Buffer.from(content)),
    get: async (name) => objects.get(name),
    remove: async (name) => void objects.delete(name),
  };
  const signer = createUrlSigner("https://files.example", [randomBytes(32)]);
  put = async (url, content) => {
    const grant = signer.grantOf("PUT", url, clock());
    if (grant?.bytes !== content.length) throw new Error("this was not signed");
    await store.put(grant.name, content);
  };
  const sealing = createSealing(secretKeys.parse(newSecretKey()));
  const check = async (bytes: Uint8Array) => {
    await whileLookedAt();
    const verdict = checkContent(Buffer.from(bytes));
    return "refused" in verdict ? verdict : { ...verdict, barcodes: barcodesInFiles };
  };
  const files = createFiles({
    store: { ...store, urlOf: async (grant) => signer.urlOf(grant) },
    sealing,
    check,
    clock,
  });
  const uploadLimit = createRateLimit(UPLOAD_RATE, clock);
  const standingOf = standingBy(deliveries, ticketFiles);
  const terms = { leadMs: 24 * HOUR, leastTimeMs: HOUR, reminderLeadsMs: [], hasIssuer: false };
  const looking = { deliveries, ticketFiles, tickets, files, terms, clock, lookEveryMs: HOUR, log: silent };
  const endListing = (id: string) => lookIfEnded(looking, id);
  barcodes = await openBarcodes({ db: database.db, standingOf, endListing, maxAgeMs: 24 * HOUR, clock });
  const means = { deliveries, ticketFiles, orders, tickets, files, barcodes, terms, clock };
  const service = createDeliveryService({ ...means, sealing, uploadLimit });
  as = (caller) => clientOf(DeliveryService, service, caller);
  hear = onOrderEvent(means);
  look = (others = {}) => lookAtAll({ ...looking, ...others });
}, 60_000);
afterAll(() => database?.close());
beforeEach(() => {
  // Uploads of an hour are limited: each test has hours of its own.
  now = (now ?? Date.UTC(2030, 0, 1)) + 10 * HOUR;
  listed = TicketStatus.AVAILABLE;
  reserved = false;
  reads = [];
  whileRead = async () => undefined;
  whileLookedAt = async () => undefined;
  ticketId = randomUUID();
  barcodesInFiles = [];
});

async function upload(content = png()): Promise<string> {
  const { url, uploadId } = await seller().startTicketUpload({ ticketId, bytes: BigInt(content.length) });
  await put(url, content);
  return uploadId;
}

const attach = (uploadId: string) => seller().attachTicketFile({ ticketId, uploadId });

async function attached(content = png()): Promise<void> {
  await attach(await upload(content));
}

/** What orders tell of an order of the ticket. */
const told = (orderId: string, status = OrderStatus.COMPLETE, version = 2n, buyerId = "b") =>
  hear({
    payload: toBinary(
      OrderEventSchema,
      create(OrderEventSchema, {
        ...{ id: orderId, version },
        transition: {
          case: status === OrderStatus.COMPLETE ? "orderCompleted" : "orderRefunded",
          value: {},
        },
        state: {
          ...{ id: orderId, status, version, buyerId, sellerId: sellerOf(ticketId), ticketId },
          eventStartTime: timestampFromDate(new Date(now + 100 * HOUR)),
        },
      }),
    ),
  });

async function sold(): Promise<string> {
  const orderId = randomUUID();
  listed = TicketStatus.SOLD;
  await told(orderId);
  return orderId;
}

const refunded = (orderId: string) => told(orderId, OrderStatus.REFUNDED, 5n);

/** The file that an order's buyer gets, decrypted. */
async function opened(orderId: string): Promise<Buffer> {
  const { content } = await buyer().openTicket({ orderId });
  if (content.case !== "file") throw new Error(`it is a ${content.case}`);
  const { url, key, iv, additionalData } = content.value;
  const ciphertext = objects.get(new URL(url).pathname.slice(1)) ?? Buffer.alloc(0);
  return openFile(ciphertext, { key: Buffer.from(key), iv: Buffer.from(iv) }, additionalData);
}

const delivery = async (orderId: string) => (await buyer().getDelivery({ orderId })).delivery;
const status = async () => (await seller().getTicketFile({ ticketId })).file?.status;
const refusal = async (call: Promise<unknown>) => reasonOf(await call.catch((error: unknown) => error));

describe("the file of a listed ticket", () => {
  it("is its buyer's as soon as the order is complete, and nobody else's", async () => {
    expect(await status()).toBe(TicketFileStatus.NONE);
    await attached();
    expect(await status()).toBe(TicketFileStatus.READY);
    const orderId = await sold();
    expect(await delivery(orderId)).toMatchObject({
      ...{ status: DeliveryStatus.DELIVERED, kind: DeliveryKind.FILE, soldWithFile: true },
    });
    expect(await status()).toBe(TicketFileStatus.SOLD);
    expect(await opened(orderId)).toEqual(png());
    for (const other of ["s", "stranger"])
      expect(await refusal(as({ user: other }).openTicket({ orderId }))).toBe("NOT_YOUR_DELIVERY");
  });

  it("is for its seller to see and change alone", async () => {
    await attached();
    const stranger = as({ user: "stranger" });
    const uploadId = randomUUID();
    for (const call of [
      stranger.getTicketFile({ ticketId }),
      stranger.startTicketUpload({ ticketId, bytes: 1n }),
      stranger.attachTicketFile({ ticketId, uploadId }),
      stranger.removeTicketFile({ ticketId }),
    ])
      expect(await refusal(call)).toBe("NOT_YOUR_TICKET");
    expect(await status()).toBe(TicketFileStatus.READY);
  });

  it("is not what was uploaded for another ticket, nor is a delivery", async () => {
    const uploadId = await upload();
    const first = ticketId;
    ticketId = randomUUID();
    await upload();
    expect(await refusal(attach(uploadId))).toBe("UPLOAD_MISSING");
    const orderId = await sold();
    const content = { case: "uploadId" as const, value: uploadId };
    expect(await refusal(seller().deliverTicket({ orderId, content }))).toBe("UPLOAD_MISSING");
    ticketId = first;
    listed = TicketStatus.AVAILABLE;
    await attach(uploadId);
  });

  it("is uploaded anew by each call, and attached once however often it is asked", async () => {
    const uploadId = await upload();
    expect(await upload(pdf())).not.toBe(uploadId);
    const [one, two] = await Promise.all([attach(uploadId), attach(uploadId)]);
    expect([one.file, two.file]).toEqual([two.file, one.file]);
    await attach(uploadId);
    expect((await ticketFiles.get(ticketId)).attachments).toBe(1);
  });

  it("leaves quarantine by a repeat of the call whose process died once it was attached", async () => {
    const { url, uploadId } = await seller().startTicketUpload({ ticketId, bytes: BigInt(png().length) });
    await put(url, png());
    await attach(uploadId);
    const isThere = () => objects.has(new URL(url).pathname.slice(1));
    // As it left it.
    await put(url, png());
    expect(isThere()).toBe(true);
    await attach(uploadId);
    expect(isThere()).toBe(false);
  });

  it("that is refused leaves the one before", async () => {
    await attached();
    const page = await upload(Buffer.from("<!doctype html>"));
    expect(await refusal(attach(page))).toBe("FILE_REFUSED");
    expect(await opened(await sold())).toEqual(png());
  });

  it("is replaced, and removed with its key and its ciphertext", async () => {
    const before = objects.size;
    await attached();
    await attached(pdf());
    expect(objects.size).toBe(before + 1);
    await seller().removeTicketFile({ ticketId });
    await seller().removeTicketFile({ ticketId });
    expect(objects.size).toBe(before);
    expect(JSON.stringify(await ticketFiles.get(ticketId))).not.toContain("wrapped");
    expect((await delivery(await sold()))?.status).toBe(DeliveryStatus.AWAITING_SELLER);
  });

  it.each([
    ["TICKET_LOCKED", TicketStatus.LOCKED],
    ["TICKET_SOLD", TicketStatus.SOLD],
  ])("stays while the ticket is held or sold: %s", async (reason, then) => {
    await attached();
    const another = await upload(pdf());
    listed = then;
    for (const call of [
      seller().startTicketUpload({ ticketId, bytes: 1n }),
      attach(another),
      seller().removeTicketFile({ ticketId }),
    ])
      expect(await refusal(call)).toBe(reason);
    expect(await opened(await sold())).toEqual(png());
  });

  it("stays where a lock begins while the next one is looked at", async () => {
    await attached();
    const another = await upload(pdf());
    whileLookedAt = async () => {
      listed = TicketStatus.LOCKED;
    };
    expect(await refusal(attach(another))).toBe("TICKET_LOCKED");
    expect(await opened(await sold())).toEqual(png());
  });

  it("stays while a lock that is over may still be sold", async () => {
    await attached();
    const another = await upload(pdf());
    reserved = true;
    for (const status of [TicketStatus.AVAILABLE, TicketStatus.EXPIRED]) {
      listed = status;
      for (const call of [attach(another), seller().removeTicketFile({ ticketId })])
        expect(await refusal(call)).toBe("TICKET_LOCKED");
      now += HOUR;
      await look();
    }
    expect(await opened(await sold())).toEqual(png());
  });

  it("stays where a lock begins while it is removed", async () => {
    await attached();
    const find = ticketFiles.find;
    ticketFiles.find = (id) => {
      listed = TicketStatus.LOCKED;
      return find(id);
    };
    const refused = await refusal(seller().removeTicketFile({ ticketId }));
    ticketFiles.find = find;
    expect(refused).toBe("TICKET_LOCKED");
    expect(await status()).toBe(TicketFileStatus.READY);
  });

  it("stays once it is sold, also while tickets do not say so yet, and by no other way", async () => {
    await attached();
    const another = await upload(pdf());
    const orderId = await sold();
    listed = TicketStatus.AVAILABLE;
    expect(await refusal(attach(another))).toBe("TICKET_SOLD");
    expect(await refusal(seller().removeTicketFile({ ticketId }))).toBe("TICKET_SOLD");
    expect(await refusal(seller().startUpload({ orderId, bytes: 1n }))).toBe("SOLD_WITH_FILE");
    const content = { case: "link" as const, value: "https://tickets.example/another" };
    expect(await refusal(seller().deliverTicket({ orderId, content }))).toBe("SOLD_WITH_FILE");
    expect(await opened(orderId)).toEqual(png());
  });
});

describe("a file that is looked at while the ticket is sold", () => {
  it("is delivered right after", async () => {
    const uploadId = await upload();
    let orderId = "";
    whileLookedAt = async () => {
      orderId = await sold();
      expect((await delivery(orderId))?.status).toBe(DeliveryStatus.AWAITING_SELLER);
    };
    await attach(uploadId);
    expect((await delivery(orderId))?.status).toBe(DeliveryStatus.DELIVERED);
    expect(await opened(orderId)).toEqual(png());
  });

  it("does not replace what the seller delivered for the order meanwhile", async () => {
    const uploadId = await upload();
    const content = { case: "link" as const, value: "https://tickets.example/it" };
    let orderId = "";
    whileLookedAt = async () => {
      orderId = await sold();
      await seller().deliverTicket({ orderId, content });
    };
    await attach(uploadId);
    expect((await buyer().openTicket({ orderId })).content).toEqual(content);
  });

  it("is delivered later where that call died", async () => {
    const uploadId = await upload();
    const orderId = randomUUID();
    whileLookedAt = async () => {
      listed = TicketStatus.SOLD;
      // It is bound, and its delivery is still to come.
      await ticketFiles.update(ticketId, (file) => ({ ...file, orderId, version: file.version + 1 }));
    };
    expect(await refusal(attach(uploadId))).toBe("CONTENTION");
    await told(orderId);
    expect((await delivery(orderId))?.status).toBe(DeliveryStatus.DELIVERED);
    await look();
    expect((await ticketFiles.get(ticketId)).lookTime).toBeUndefined();
  });

  it("that is refused leaves the delivery to the seller", async () => {
    const uploadId = await upload(Buffer.from("<!doctype html>"));
    let orderId = "";
    whileLookedAt = async () => {
      orderId = await sold();
    };
    expect(await refusal(attach(uploadId))).toBe("FILE_REFUSED");
    const content = { case: "link" as const, value: "https://tickets.example/it" };
    await seller().deliverTicket({ orderId, content });
    expect((await delivery(orderId))?.status).toBe(DeliveryStatus.DELIVERED);
  });
});

describe("a sale with a file that is taken back", () => {
  it("leaves the file to the next buyer, and nothing to the one before", async () => {
    await attached();
    const first = await sold();
    await refunded(first);
    expect(await status()).toBe(TicketFileStatus.READY);
    expect(await refusal(buyer().openTicket({ orderId: first }))).toBe("DELIVERY_ENDED");
    const second = await sold();
    expect(await opened(second)).toEqual(png());
    expect(await refusal(buyer().openTicket({ orderId: first }))).toBe("DELIVERY_ENDED");
  });

  it("deletes a file that its buyer has seen", async () => {
    const before = objects.size;
    await attached();
    const first = await sold();
    await opened(first);
    await refunded(first);
    expect(await status()).toBe(TicketFileStatus.NONE);
    expect(objects.size).toBe(before);
    expect((await delivery(await sold()))?.status).toBe(DeliveryStatus.AWAITING_SELLER);
  });

  it("binds nothing to an order whose end was heard of first", async () => {
    await attached();
    const first = randomUUID();
    await refunded(first);
    await told(first);
    expect(await status()).toBe(TicketFileStatus.READY);
    expect(await opened(await sold())).toEqual(png());
  });

  it("delivers to the next buyer once its end is heard of, and has the news of the sale come again until then", async () => {
    await attached();
    const first = await sold();
    const second = randomUUID();
    await expect(told(second)).rejects.toThrow("former sale");
    expect((await delivery(second))?.status).toBe(DeliveryStatus.AWAITING_SELLER);
    await refunded(first);
    await told(second);
    expect(await opened(second)).toEqual(png());
  });
});

describe("the file of a ticket that nobody can buy any more", () => {
  it.each([
    ["withdrawn", TicketStatus.WITHDRAWN],
    ["unsold when its event began", TicketStatus.EXPIRED],
  ])("is deleted with its key: %s", async (_, then) => {
    await attached();
    const name = fileName((await ticketFiles.get(ticketId)).upload?.file.fileId ?? "");
    await look();
    expect([await status(), objects.has(name)]).toEqual([TicketFileStatus.READY, true]);
    listed = then;
    now += HOUR;
    await look();
    expect([await status(), objects.has(name)]).toEqual([TicketFileStatus.NONE, false]);
    expect(JSON.stringify(await ticketFiles.get(ticketId))).not.toContain("wrapped");
  });

  it("is looked at by one process each time, within the hour", async () => {
    for (ticketId of [randomUUID(), randomUUID(), randomUUID()]) await attached();
    await look();
    const wait = ((await ticketFiles.get(ticketId)).lookTime?.getTime() ?? 0) - now;
    expect(wait).toBeGreaterThanOrEqual(0.8 * HOUR);
    expect(wait).toBeLessThanOrEqual(HOUR);
    now += HOUR;
    reads = [];
    // Another process comes to all of them while this one looks at the first.
    whileRead = async () => {
      whileRead = async () => undefined;
      await look();
    };
    await look();
    expect(reads).toContain(ticketId);
    expect(reads).toHaveLength(new Set(reads).size + 1);
  });

  it("stays with who buys it while it is looked at", async () => {
    await attached();
    listed = TicketStatus.EXPIRED;
    let orderId = "";
    const update: TicketFileStore["update"] = async (id, change) => {
      await change(await ticketFiles.get(id));
      if (id === ticketId) orderId = await sold();
      return ticketFiles.update(id, change);
    };
    await look({ ticketFiles: { ...ticketFiles, update } });
    expect(await opened(orderId)).toEqual(png());
  });

  it("stays with who bought it", async () => {
    await attached();
    const orderId = await sold();
    listed = TicketStatus.WITHDRAWN;
    now += 2 * HOUR;
    await look();
    expect(await opened(orderId)).toEqual(png());
  });
});

describe("the barcode in the file of a listed ticket", () => {
  beforeEach(() => {
    barcodesInFiles = [randomBytes(32).toString("hex")];
  });
  /** The reason why this seller may not list a ticket with the barcode; undefined where they may. */
  const refusedTo = (sellerId: string) =>
    barcodes
      .claim({ kind: "ticket", id: randomUUID(), sellerId }, barcodesInFiles)
      .then(() => undefined, reasonOf);

  it("is in no other listing, until the file is removed", async () => {
    const first = ticketId;
    await attached();
    const kept = objects.size;
    ticketId = randomUUID();
    expect(await refusal(attached())).toBe("BARCODE_TAKEN");
    expect(objects.size).toBe(kept);
    now += CLAIM_GRACE_MS;
    expect(await refusal(attached())).toBe("BARCODE_TAKEN");
    await seller().removeTicketFile({ ticketId: first });
    await attached();
    expect(await status()).toBe(TicketFileStatus.READY);
  });

  it("is its buyer's once it is sold, and its seller's again when the money goes back", async () => {
    await attached();
    const orderId = await sold();
    expect((await delivery(orderId))?.barcodeFound).toBe(true);
    now += CLAIM_GRACE_MS;
    expect(await refusedTo("s")).toBe("BARCODE_TAKEN");
    expect(await refusedTo("b")).toBeUndefined();
    now += CLAIM_GRACE_MS;
    await refunded(orderId);
    expect(await refusedTo("b")).toBe("BARCODE_TAKEN");
  });

  it("is free as soon as its listing is withdrawn", async () => {
    const first = ticketId;
    await attached();
    now += CLAIM_GRACE_MS;
    ticketId = randomUUID();
    expect(await refusal(attached())).toBe("BARCODE_TAKEN");
    listedOf.set(first, TicketStatus.WITHDRAWN);
    await attached();
    expect((await ticketFiles.get(first)).upload).toBeUndefined();
  });

  /** What its buyer lists who has it from elsewhere. */
  async function listedByBuyer(): Promise<string> {
    ticketId = randomUUID();
    sellers.set(ticketId, "b");
    listed = TicketStatus.AVAILABLE;
    const content = png();
    const { url, uploadId } = await buyer().startTicketUpload({ ticketId, bytes: BigInt(content.length) });
    await put(url, content);
    await buyer().attachTicketFile({ ticketId, uploadId });
    return ticketId;
  }

  /** What becomes of the ticket's delivery to another buyer. */
  async function resold(id: string): Promise<DeliveryStatus | undefined> {
    ticketId = id;
    const orderId = randomUUID();
    await told(orderId, OrderStatus.COMPLETE, 2n, "another");
    return (await deliveries.get(orderId)).status;
  }

  it.each([
    ["unseen", async () => undefined],
    ["seen", opened],
  ])("is not sold by its buyer who got the money back: %s", async (how, see) => {
    const first = ticketId;
    await attached();
    const orderId = await sold();
    await see(orderId);
    const second = await listedByBuyer();
    now += CLAIM_GRACE_MS;
    ticketId = first;
    await refunded(orderId);
    const kept = objects.size;
    expect(await resold(second)).toBe(DeliveryStatus.AWAITING_SELLER);
    expect((await ticketFiles.get(second)).upload).toBeUndefined();
    expect(objects.size).toBe(kept - 1);
    const then = how === "seen" ? DeliveryStatus.AWAITING_SELLER : DeliveryStatus.DELIVERED;
    expect(await resold(first)).toBe(then);
  });

  it("is the seller's again after a refund, though its buyer lists it", async () => {
    const first = ticketId;
    await attached();
    const orderId = await sold();
    await opened(orderId);
    await listedByBuyer();
    ticketId = first;
    await refunded(orderId);
    now += CLAIM_GRACE_MS;
    expect(await refusedTo("b")).toBe("BARCODE_TAKEN");
    expect(await refusedTo("s")).toBeUndefined();
  });

  it("stays with whom it was sold on to", async () => {
    const first = ticketId;
    await attached();
    const orderId = await sold();
    const kept = objects.size;
    expect(await resold(await listedByBuyer())).toBe(DeliveryStatus.DELIVERED);
    ticketId = first;
    await refunded(orderId);
    expect(await status()).toBe(TicketFileStatus.NONE);
    expect(objects.size).toBe(kept);
    expect(await resold(first)).toBe(DeliveryStatus.AWAITING_SELLER);
  });

  it("is not its buyer's who has seen it and got the money back", async () => {
    await attached();
    const orderId = await sold();
    await opened(orderId);
    await refunded(orderId);
    now += CLAIM_GRACE_MS;
    expect(await refusedTo("b")).toBe("BARCODE_TAKEN");
    expect(await refusedTo("s")).toBeUndefined();
  });

  it("is not stored later than it is sure to be the listing's", async () => {
    const uploadId = await upload();
    const claim = barcodes.claim;
    barcodes.claim = async (...each) => {
      await claim(...each);
      now += CLAIM_GRACE_MS / 2;
    };
    expect(await refusal(attach(uploadId))).toBe("FILES_UNAVAILABLE");
    barcodes.claim = claim;
    await attach(uploadId);
    expect(await status()).toBe(TicketFileStatus.READY);
  });
});
