import { createHash, randomUUID } from "node:crypto";
import { create, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { DeliveryKind, DeliveryStatus, TicketIssue } from "@ticketing/proto/deliveries/v1/delivery";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { OrderEventSchema } from "@ticketing/proto/orders/v1/order_events";
import type { Database } from "@ticketing/runtime/documents/database";
import { createSealing } from "@ticketing/runtime/documents/sealed-text";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { newSecretKey, secretKeys } from "@ticketing/runtime/process/secret-keys";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { png } from "../../testing/files.ts";
import { openBarcodes } from "../barcodes/barcodes.ts";
import { standingBy } from "../barcodes/standing.ts";
import { deliver, markOverdue, recordOpening, requireOpen } from "../delivery.ts";
import { type DeliveryStore, deliveryAggregate } from "../delivery-aggregate.ts";
import { deliveryMessage } from "../delivery-message.ts";
import { checkContent } from "../files/check-content.ts";
import { createFiles, type Files } from "../files/files.ts";
import type { ObjectStore } from "../files/object-store.ts";
import { onOrderEvent } from "../follow-orders.ts";
import { attach, openTicketFile } from "../ticket-file.ts";
import { type TicketFileStore, ticketFileAggregate } from "../ticket-file-aggregate.ts";
import { answeringWithin } from "./answering-within.ts";
import { ASK_AGAIN_MS, type AskDependencies, askAll } from "./ask-issuer.ts";
import { createFakeIssuer } from "./fake-issuer.ts";
import { issueKey } from "./issue.ts";
import type { TicketIssuer } from "./ticket-issuer.ts";

const HOUR = 3_600_000;
const terms = { leadMs: 24 * HOUR, leastTimeMs: HOUR, reminderLeadsMs: [], hasIssuer: true };
let now = Date.UTC(2030, 0, 1);
let database: Database;
let deliveries: DeliveryStore;
let ticketFiles: TicketFileStore;
let files: Files;
let fake: TicketIssuer;
/** Every look asks this one. */
let issuer: TicketIssuer;
let hear: ReturnType<typeof onOrderEvent>;
let means: Omit<AskDependencies, "issuer">;
/** The keys under which something was to be made out, in turn. */
let made: string[];
let ticketId: string;
const objects = new Map<string, Buffer>();
/** What operators are told. */
let errors: unknown[] = [];
const log = { warn: () => {}, error: (...line: unknown[]) => void errors.push(line) };
const clock = () => new Date(now);

beforeAll(async () => {
  database = await openSpecDatabase();
  const { db } = database;
  deliveries = await deliveryAggregate.store(db);
  ticketFiles = await ticketFileAggregate.store(db);
  fake = createFakeIssuer(db);
  const store: ObjectStore = {
    put: async (name, content) => void objects.set(name, Buffer.from(content)),
    get: async (name) => objects.get(name),
    remove: async (name) => void objects.delete(name),
    urlOf: () => Promise.reject(new Error("nobody fetches it")),
  };
  files = createFiles({
    ...{ store, clock },
    sealing: createSealing(secretKeys.parse(newSecretKey())),
    async check(bytes) {
      const verdict = checkContent(Buffer.from(bytes));
      return "refused" in verdict ? verdict : { ...verdict, barcodes: [digest(bytes)] };
    },
  });
  const standingOf = standingBy(deliveries, ticketFiles);
  const endListing = async () => undefined;
  const barcodes = await openBarcodes({ db, standingOf, endListing, maxAgeMs: 24 * HOUR, clock });
  means = { deliveries, files, barcodes, clock, log };
  const orders = { readOrder: () => Promise.reject(new Error("it is not asked")) };
  hear = onOrderEvent({ ...means, ticketFiles, orders, terms });
}, 60_000);
afterAll(() => database?.close());
beforeEach(() => {
  ticketId = randomUUID();
  made = [];
  issuer = counting(fake);
});

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

function counting(other: TicketIssuer): TicketIssuer {
  return {
    ...other,
    reissue(request) {
      made.push(request.key);
      return other.reissue(request);
    },
  };
}

/** The picture of each ticket is another. */
let pixels = 0;
async function listed(): Promise<Buffer> {
  const picture = png(1, ++pixels);
  const file = await files.keep(picture, `ticket/${ticketId}/FILE`);
  await ticketFiles.insert(openTicketFile(ticketId, "s", clock()));
  await ticketFiles.update(ticketId, (before) => attach(before, { uploadId: randomUUID(), file }, clock()));
  return picture;
}

const told = (id: string, status = OrderStatus.COMPLETE, version = 2n) =>
  hear({
    payload: toBinary(
      OrderEventSchema,
      create(OrderEventSchema, {
        ...{ id, version },
        transition: {
          case: status === OrderStatus.COMPLETE ? "orderCompleted" : "orderRefunded",
          value: {},
        },
        state: {
          ...{ id, status, version, buyerId: "b", sellerId: "s", ticketId },
          eventStartTime: timestampFromDate(new Date(now + 100 * HOUR)),
        },
      }),
    ),
  });

async function sold(): Promise<string> {
  const orderId = randomUUID();
  await told(orderId);
  return orderId;
}

const refunded = (orderId: string) => told(orderId, OrderStatus.REFUNDED, 5n);

/** Looks, and again once an issuer that did not answer is asked again. */
async function look(times = 1): Promise<void> {
  for (let time = 0; time < times; time++) {
    await askAll({ ...means, issuer });
    now += ASK_AGAIN_MS;
  }
}

const stand = async (orderId: string) => {
  const delivery = await deliveries.get(orderId);
  return [DeliveryStatus[delivery.status], delivery.issue?.status];
};

/** What the buyer would get. */
async function delivered(orderId: string): Promise<Buffer> {
  const { content } = await deliveries.get(orderId);
  if (content?.kind !== DeliveryKind.FILE) throw new Error("no file is delivered");
  return files.read(content.file, `delivery/${orderId}/FILE`);
}

const pictureOf = async (orderId: string) => {
  const found = await fake.find(issueKey(orderId));
  return found && "file" in found ? Buffer.from(found.file) : found;
};

describe("a ticket that is sold with its file, where there is an issuer", () => {
  it("is made out to its buyer, who gets no other", async () => {
    const picture = await listed();
    const orderId = await sold();
    expect(await stand(orderId)).toEqual(["AWAITING_SELLER", "ASKED"]);
    expect(deliveryMessage(await deliveries.get(orderId))).toMatchObject({
      ...{ issue: TicketIssue.ASKED, soldWithFile: true },
    });
    await look(2);
    expect(await stand(orderId)).toEqual(["DELIVERED", "ISSUED"]);
    expect(await delivered(orderId)).toEqual(await pictureOf(orderId));
    expect(await delivered(orderId)).not.toEqual(picture);
    expect(made).toEqual([issueKey(orderId)]);
  });

  it("is nobody's to deliver by hand, while it is made out and after", async () => {
    await listed();
    const orderId = await sold();
    const refusal = async () => {
      try {
        requireOpen(await deliveries.get(orderId));
        return undefined;
      } catch (error) {
        return reasonOf(error);
      }
    };
    expect(await refusal()).toBe("SOLD_WITH_FILE");
    expect((await deliveries.get(orderId)).isDue).toBe(false);
    await look();
    expect(await refusal()).toBe("SOLD_WITH_FILE");
  });

  it("is made out once where the answer is lost", async () => {
    await listed();
    const orderId = await sold();
    let lost = 3;
    issuer = {
      ...issuer,
      async reissue(request) {
        made.push(request.key);
        const answer = await fake.reissue(request);
        if (lost-- > 0) throw new Error("the answer is lost");
        return answer;
      },
    };
    await look(4);
    expect(await stand(orderId)).toEqual(["DELIVERED", "ISSUED"]);
    expect(made).toEqual([issueKey(orderId)]);
  });

  it("is made out once where the process dies before it is written", async () => {
    await listed();
    const orderId = await sold();
    const dying: DeliveryStore = {
      ...deliveries,
      update: (...args) =>
        made.length > 0 ? Promise.reject(new Error("it died")) : deliveries.update(...args),
    };
    await askAll({ ...means, deliveries: dying, issuer });
    now += ASK_AGAIN_MS;
    expect(await stand(orderId)).toEqual(["AWAITING_SELLER", "ASKED"]);
    await look();
    expect(await delivered(orderId)).toEqual(await pictureOf(orderId));
    expect(made).toEqual([issueKey(orderId)]);
  });

  it("is delivered once where several processes ask at once", async () => {
    await listed();
    const orderId = await sold();
    const before = objects.size;
    let questions = 0;
    const asked: TicketIssuer = {
      ...issuer,
      find(key) {
        questions++;
        return fake.find(key);
      },
    };
    // All have found it before one of them writes.
    const { promise: found, resolve: allFound } = Promise.withResolvers<void>();
    let writes = 0;
    const atOnce: DeliveryStore = {
      ...deliveries,
      async update(...args) {
        if (++writes === 3) allFound();
        await found;
        return deliveries.update(...args);
      },
    };
    await Promise.all([1, 2, 3].map(() => askAll({ ...means, deliveries: atOnce, issuer: asked })));
    expect(await stand(orderId)).toEqual(["DELIVERED", "ISSUED"]);
    const { history } = await deliveries.get(orderId);
    expect(history.filter(({ type }) => type === "delivery_made")).toHaveLength(1);
    expect([questions, made]).toEqual([1, [issueKey(orderId)]]);
    expect(objects.size).toBe(before + 1);
  });

  it("is asked for until there is an answer, also once it is overdue", async () => {
    await listed();
    const orderId = await sold();
    const silence = () => Promise.reject(new Error("nobody answers"));
    issuer = { ...issuer, reissue: silence };
    await look(3);
    await deliveries.update(orderId, (delivery) => markOverdue(delivery, new Date(now + 80 * HOUR)));
    await look();
    expect(await stand(orderId)).toEqual(["OVERDUE", "ASKED"]);
    issuer = counting(fake);
    await look();
    expect(await stand(orderId)).toEqual(["DELIVERED", "ISSUED"]);
  });

  it("is asked for again after a while, and not at each look", async () => {
    await listed();
    await sold();
    let calls = 0;
    issuer = { ...issuer, find: () => Promise.reject(new Error(`no answer ${++calls}`)) };
    for (let time = 0; time < 5; time++) await askAll({ ...means, issuer });
    expect(calls).toBe(1);
    await look(2);
    expect(calls).toBe(2);
    issuer = counting(fake);
    await look();
  });

  it("is its seller's to deliver where the issuer refuses it, and never delivered as it is", async () => {
    await listed();
    const orderId = await sold();
    issuer = { ...issuer, reissue: async () => ({ refused: "it is unknown" }) };
    await look();
    expect(await stand(orderId)).toEqual(["AWAITING_SELLER", "REFUSED"]);
    await told(orderId, OrderStatus.COMPLETE, 3n);
    const refused = await deliveries.get(orderId);
    expect([refused.status, refused.isDue]).toEqual([DeliveryStatus.AWAITING_SELLER, true]);
    const content = {
      kind: DeliveryKind.LINK,
      sealed: { keyId: "k", iv: "aXY=", data: "ZGF0YQ==" },
    } as const;
    expect(deliver(refused, content, clock()).status).toBe(DeliveryStatus.DELIVERED);
  });

  it("can be delivered by its seller after that as the very file that it was sold with, and to nobody else", async () => {
    const picture = await listed();
    const { barcodes } = means;
    await barcodes.claim({ kind: "ticket", id: ticketId, sellerId: "s" }, [digest(picture)]);
    const orderId = await sold();
    issuer = { ...issuer, reissue: async () => ({ refused: "it is unknown" }) };
    await look();
    const claim = (id: string) =>
      barcodes
        .claim({ kind: "order", id, sellerId: "s", buyerId: "b" }, [digest(picture)])
        .then(() => "claimed", reasonOf);
    expect(await claim(randomUUID())).toBe("BARCODE_TAKEN");
    expect(await claim(orderId)).toBe("claimed");
  });

  it("keeps nobody waiting behind an issuer that never answers", async () => {
    await listed();
    const [orderId, never] = [await sold(), () => new Promise<never>(() => {})];
    issuer = answeringWithin({ ...issuer, find: never }, 1);
    await look();
    expect(await stand(orderId)).toEqual(["AWAITING_SELLER", "ASKED"]);
    issuer = answeringWithin({ ...counting(fake), reissue: never }, 1);
    await look();
    issuer = counting(fake);
    await look();
    expect(await stand(orderId)).toEqual(["DELIVERED", "ISSUED"]);
    await refunded(orderId);
    issuer = answeringWithin({ ...issuer, takeBack: never }, 1);
    await look();
    expect(await stand(orderId)).toEqual(["CANCELLED", "RETURNING"]);
    issuer = fake;
    await look();
    expect(await stand(orderId)).toEqual(["CANCELLED", "RETURNED"]);
  });

  it("is asked for beside others that the issuer is slow with", async () => {
    const orders: string[] = [];
    for (let count = 0; count < 3; count++) {
      ticketId = randomUUID();
      await listed();
      orders.push(await sold());
    }
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    let asked = 0;
    const slow: TicketIssuer = {
      ...issuer,
      async find(key) {
        // All of them are under way, or none gets an answer.
        if (++asked === orders.length) open();
        await opened;
        return fake.find(key);
      },
    };
    issuer = answeringWithin(slow, 5_000);
    await look();
    for (const orderId of orders) expect(await stand(orderId)).toEqual(["DELIVERED", "ISSUED"]);
  });
});

describe("what an issuer made that is no ticket which is taken", () => {
  const unfit = { file: Buffer.from("no ticket") };

  it("is taken back, told, and its seller's to deliver", async () => {
    await listed();
    const orderId = await sold();
    const back: string[] = [];
    issuer = {
      ...issuer,
      find: async () => undefined,
      reissue: async () => unfit,
      takeBack: async (key) => void back.push(key),
    };
    errors = [];
    await look();
    expect(await stand(orderId)).toEqual(["AWAITING_SELLER", "REFUSED"]);
    expect([back, errors.length]).toEqual([[issueKey(orderId)], 1]);
    expect((await deliveries.get(orderId)).isDue).toBe(true);
    await look(3);
    expect([back.length, errors.length]).toEqual([1, 1]);
  });

  it("is not its seller's to deliver before the issuer has taken it back", async () => {
    await listed();
    const orderId = await sold();
    let answers = 0;
    issuer = {
      ...issuer,
      reissue: async () => unfit,
      takeBack: () => Promise.reject(new Error(`no answer ${++answers}`)),
    };
    await look();
    const delivery = await deliveries.get(orderId);
    expect(deliveryMessage(delivery)).toMatchObject({ issue: TicketIssue.ASKED, soldWithFile: true });
    expect([delivery.isDue, answers]).toEqual([false, 1]);
    issuer = {
      ...issuer,
      reissue: () => Promise.reject(new Error("it is asked no more")),
      takeBack: fake.takeBack,
    };
    await look();
    expect(await stand(orderId)).toEqual(["AWAITING_SELLER", "REFUSED"]);
  });

  it("is taken back, too, where the money went back meanwhile", async () => {
    await listed();
    const orderId = await sold();
    issuer = {
      ...issuer,
      reissue: async () => unfit,
      takeBack: () => Promise.reject(new Error("no answer")),
    };
    await look();
    await refunded(orderId);
    expect(await stand(orderId)).toEqual(["CANCELLED", "RETURNING"]);
    issuer = fake;
    await look();
    expect(await stand(orderId)).toEqual(["CANCELLED", "RETURNED"]);
  });
});

describe("a sale that is taken back", () => {
  it("makes what the issuer made void, and the file the next buyer's, though it was opened", async () => {
    await listed();
    const first = await sold();
    await look();
    await deliveries.update(first, (delivery) => recordOpening(delivery, clock()));
    const before = objects.size;
    await refunded(first);
    expect(objects.size).toBe(before - 1);
    now++;
    const second = await sold();
    await look(2);
    expect(await stand(first)).toEqual(["CANCELLED", "RETURNED"]);
    expect(await pictureOf(first)).toHaveProperty("refused");
    expect(await stand(second)).toEqual(["DELIVERED", "ISSUED"]);
    expect(await delivered(second)).toEqual(await pictureOf(second));
    expect(made).toEqual([issueKey(first), issueKey(second)]);
  });

  it("has nothing made out later, where the issuer was asked and did not answer", async () => {
    await listed();
    const orderId = await sold();
    issuer = { ...issuer, reissue: () => Promise.reject(new Error("it is late")) };
    await look();
    await refunded(orderId);
    await look();
    expect(await stand(orderId)).toEqual(["CANCELLED", "RETURNED"]);
    const late = await fake.reissue({ key: issueKey(orderId), file: png(1, pixels), holderId: "b" });
    expect(late).toHaveProperty("refused");
  });

  it("is not delivered by an answer that was under way meanwhile", async () => {
    await listed();
    const orderId = await sold();
    issuer = {
      ...issuer,
      async reissue(request) {
        const answer = await fake.reissue(request);
        await refunded(orderId);
        return answer;
      },
    };
    const before = objects.size;
    await look(2);
    expect(await stand(orderId)).toEqual(["CANCELLED", "RETURNED"]);
    expect((await deliveries.get(orderId)).content).toBeUndefined();
    expect(objects.size).toBe(before);
    expect(await pictureOf(orderId)).toHaveProperty("refused");
  });

  it("is taken back until the issuer says so, and then no more", async () => {
    await listed();
    const orderId = await sold();
    await look();
    await refunded(orderId);
    let calls = 0;
    issuer = {
      ...issuer,
      async takeBack(key) {
        await fake.takeBack(key);
        if (++calls < 3) throw new Error("the answer is lost");
      },
    };
    await look(5);
    expect(calls).toBe(3);
    expect(await stand(orderId)).toEqual(["CANCELLED", "RETURNED"]);
  });
});
