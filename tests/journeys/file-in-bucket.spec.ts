import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { png } from "@ticketing/deliveries/testing/files";
import { type S3Double, startS3Double } from "@ticketing/deliveries/testing/s3-double";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import type { Person } from "../support/clients.ts";
import { callFiles, decrypt, deliverFile, upload } from "../support/files.ts";
import { refusal } from "../support/people.ts";
import { retry, stories, waitForEnd } from "../support/stories.ts";
import { eventually, startTestMesh, type TestMesh } from "../support/test-mesh.ts";

let double: S3Double;
let mesh: TestMesh;
let seller: Person;
let buyer: Person;

beforeAll(async () => {
  double = await startS3Double();
  const { name, endpoint, region, accessKeyId, secretAccessKey } = double.bucket;
  mesh = await startTestMesh({
    ...{ S3_BUCKET: name, S3_ENDPOINT: endpoint, S3_REGION: region, S3_PATH_STYLE: "on" },
    ...{ S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey, FILES_URL: endpoint },
  });
  [seller, buyer] = (await Promise.all(["seller", "buyer"].map(mesh.person))) as [Person, Person];
}, 120_000);
afterAll(async () => {
  await mesh?.close();
  await double?.close();
}, 60_000);

const kept = () => [...double.objects.keys()].map((key) => key.split("/")[0]);

it("a file is uploaded to a bucket, and opened from it by its buyer alone", async () => {
  const { order } = await stories.purchase(mesh, seller, buyer);
  const orderId = order.id;
  await retry(() => seller.deliveries.getDelivery({ orderId }));
  await deliverFile(seller, order, png());
  await eventually(async () => (`${kept()}` === "files" ? true : undefined));
  for (const content of double.objects.values()) expect(content.includes("IHDR")).toBe(false);

  expect((await refusal(seller.deliveries.openTicket({ orderId }))).reason).toBe("NOT_YOUR_DELIVERY");
  const { content } = await buyer.deliveries.openTicket({ orderId });
  if (content.case !== "file") throw new Error(`it is a ${content.case}`);
  const file = content.value;
  expect(file.url.startsWith(`${double.bucket.endpoint}/${double.bucket.name}/files/`)).toBe(true);
  expect(await decrypt(file, (await callFiles(file.url)).body)).toEqual(png());
  for (const changed of [
    file.url.replace(/\?.*/, ""),
    file.url.replace(/Signature=.{6}/, "Signature=000000"),
  ])
    expect((await callFiles(changed)).status).toBe(403);
  expect((await callFiles(file.url, { method: "PUT", body: png() })).status).toBe(403);
}, 60_000);

it("what is no ticket is refused and deleted there; a refund deletes what was delivered", async () => {
  const { order } = await stories.purchase(mesh, seller, buyer);
  const orderId = order.id;
  await retry(() => seller.deliveries.getDelivery({ orderId }));
  const before = double.objects.size;
  const uploadId = await upload(seller, orderId, Buffer.from("<script>"));
  expect(double.objects.size).toBe(before + 1);
  const deliver = seller.deliveries.deliverTicket({
    orderId,
    content: { case: "uploadId", value: uploadId },
  });
  expect((await refusal(deliver)).reason).toBe("FILE_REFUSED");
  expect(double.objects.size).toBe(before);

  await deliverFile(seller, order, png());
  await eventually(async () => (double.objects.size === before + 1 ? true : undefined));
  await buyer.orders.requestRefund({ orderId });
  await waitForEnd(buyer, order, OrderStatus.REFUNDED);
  await eventually(async () => (double.objects.size === before ? true : undefined));
}, 60_000);
