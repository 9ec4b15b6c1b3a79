import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { passFiles, pdf, png, zip } from "@ticketing/deliveries/testing/files";
import { DeliveryKind, DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import type { DeliveredFile } from "@ticketing/proto/deliveries/v1/delivery_service";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { brokerLogin } from "@ticketing/runtime/events/broker-login";
import type { Person } from "../support/clients.ts";
import { callFiles, decrypt, deliverFile, upload } from "../support/files.ts";
import { refusal } from "../support/people.ts";
import { retry, stories, waitForEnd } from "../support/stories.ts";
import { eventually, startTestMesh, type TestMesh } from "../support/test-mesh.ts";

/** How many ciphertexts the broker keeps. */
async function keptFiles(): Promise<number> {
  const connection = await connect(brokerLogin(mesh.addresses.nats));
  try {
    const manager = await jetstreamManager(connection);
    const { state } = await manager.streams.info("DELIVERY_FILES", {
      subjects_filter: "files.delivered.*.head",
    });
    return Object.keys(state.subjects ?? {}).length;
  } finally {
    await connection.close();
  }
}

let mesh: TestMesh;
let seller: Person;
let buyer: Person;

beforeAll(async () => {
  mesh = await startTestMesh();
  [seller, buyer] = (await Promise.all(["seller", "buyer"].map(mesh.person))) as [Person, Person];
}, 120_000);
afterAll(() => mesh?.close(), 60_000);

async function sold(): Promise<Order> {
  const { order } = await stories.purchase(mesh, seller, buyer);
  await retry(() => seller.deliveries.getDelivery({ orderId: order.id }));
  return order;
}

async function opened(orderId: string): Promise<DeliveredFile> {
  const { content } = await buyer.deliveries.openTicket({ orderId });
  if (content.case !== "file") throw new Error(`it is a ${content.case}`);
  return content.value;
}

it("a ticket that is a file is bought, uploaded, opened by its buyer alone, and confirmed", async () => {
  const order = await sold();
  const orderId = order.id;
  await deliverFile(seller, order, png());
  const { delivery } = await seller.deliveries.getDelivery({ orderId });
  expect(delivery).toMatchObject({ status: DeliveryStatus.DELIVERED, kind: DeliveryKind.FILE });

  const file = await opened(orderId);
  expect(file.mediaType).toBe("image/png");
  const answer = await callFiles(file.url, { headers: { origin: mesh.addresses.gateway } });
  expect(answer.headers).toMatchObject({
    "access-control-allow-origin": mesh.addresses.gateway,
    "content-type": "application/octet-stream",
    "content-disposition": "attachment",
  });
  expect(answer.body.includes("IHDR")).toBe(false);
  expect(await decrypt(file, answer.body)).toEqual(png());
  expect((await refusal(seller.deliveries.openTicket({ orderId }))).reason).toBe("NOT_YOUR_DELIVERY");
  const confirmed = await buyer.deliveries.confirmDelivery({ orderId });
  expect(confirmed.delivery?.status).toBe(DeliveryStatus.CONFIRMED);
}, 60_000);

it("ten megabytes pass the gateway, and come back as they were", async () => {
  const order = await sold();
  const tail = pdf();
  const content = Buffer.concat([
    Buffer.from("%PDF-1.7\n"),
    Buffer.alloc(10 * 2 ** 20 - 9 - tail.length, "%"),
    tail,
  ]);
  await deliverFile(seller, order, content);
  const file = await opened(order.id);
  const { body } = await callFiles(file.url);
  expect((await decrypt(file, body)).equals(content)).toBe(true);
}, 60_000);

it("files are at no other origin, and their origin has nothing else", async () => {
  const order = await sold();
  await deliverFile(seller, order, png());
  const file = await opened(order.id);
  const path = file.url.slice(new URL(file.url).origin.length);
  const atApp = await fetch(`${mesh.addresses.gateway}${path}`);
  expect([atApp.status, atApp.headers.get("content-disposition")]).toEqual([404, null]);
  const others = [
    "/",
    "/orders",
    "/ticketing.deliveries.v1.DeliveryService/OpenTicket",
    "/.well-known/jwks.json",
  ];
  for (const other of others) {
    const { status } = await callFiles(new URL(other, file.url).href, { method: "GET" });
    expect([other, status]).toEqual([other, 404]);
  }
}, 60_000);

it("nobody fetches or uploads by an address that was guessed, changed, or given for something else", async () => {
  const [order, other] = [await sold(), await sold()];
  await deliverFile(seller, order, png());
  const { url } = await opened(order.id);
  const status = async (address: string, method = "GET") =>
    (await callFiles(address, { method, ...(method === "PUT" && { body: png() }) })).status;
  expect(await status(url)).toBe(200);
  for (const changed of [
    url.replace(/\?.*/, ""),
    url.replace(/signature=.{6}/, "signature=AAAAAA"),
    url.replace(/expires=\d+/, `expires=${Date.now() + 9_999_999}`),
    url.replace(/files\/.{8}/, "files/00000000"),
  ])
    expect([changed, await status(changed)]).toEqual([changed, 403]);
  // To look at, and not to replace.
  expect(await status(url, "PUT")).toBe(404);
  expect(await status(url.replace("/files/", "/quarantine/"), "PUT")).toBe(403);

  const stranger = await mesh.person("stranger");
  const bytes = BigInt(png().length);
  for (const person of [buyer, stranger])
    expect((await refusal(person.deliveries.startUpload({ orderId: other.id, bytes }))).reason).toBe(
      "NOT_YOUR_DELIVERY",
    );
  // What was uploaded for one order is not delivered at another.
  const value = await upload(seller, order.id, png());
  const content = { case: "uploadId" as const, value };
  expect((await refusal(seller.deliveries.deliverTicket({ orderId: other.id, content }))).reason).toBe(
    "UPLOAD_MISSING",
  );
}, 60_000);

it("what is no ticket is refused and deleted: other types, scripts, bombs", async () => {
  const order = await sold();
  const bomb = zip([...passFiles(), { name: "bomb", content: Buffer.alloc(50 * 2 ** 20) }]);
  const files = {
    page: Buffer.from("<!doctype html><script>fetch('/')</script>"),
    script: pdf("/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"),
    bomb,
    pixels: png(100_000, 100_000),
    cut: png().subarray(0, -4),
  };
  for (const [name, file] of Object.entries(files)) {
    const value = await upload(seller, order.id, file);
    const content = { case: "uploadId" as const, value };
    const deliver = () => seller.deliveries.deliverTicket({ orderId: order.id, content });
    expect([name, (await refusal(deliver())).reason]).toEqual([name, "FILE_REFUSED"]);
    expect([name, (await refusal(deliver())).reason]).toEqual([name, "UPLOAD_MISSING"]);
  }
  const { delivery } = await buyer.deliveries.getDelivery({ orderId: order.id });
  expect(delivery?.status).toBe(DeliveryStatus.AWAITING_SELLER);
}, 60_000);

it("a file that was replaced, or whose money went back, is not there any more", async () => {
  const order = await sold();
  await deliverFile(seller, order, png());
  const { url } = await opened(order.id);
  await deliverFile(seller, order, pdf());
  expect((await callFiles(url)).status).toBe(404);

  const returned = await sold();
  await deliverFile(seller, returned, png());
  const files = await keptFiles();
  await buyer.orders.requestRefund({ orderId: returned.id });
  await waitForEnd(buyer, returned, OrderStatus.REFUNDED);
  await eventually(async () => (await keptFiles()) < files || undefined);
}, 60_000);
