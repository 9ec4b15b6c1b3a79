import { webcrypto } from "node:crypto";
import { request } from "node:http";
import type { DeliveredFile } from "@ticketing/proto/deliveries/v1/delivery_service";
import type { Order } from "@ticketing/proto/orders/v1/order";
import type { Person } from "./clients.ts";
import { deliverWithRetries, retry } from "./stories.ts";

/** The answer of the origin of files. */
export interface FileAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** Calls a signed address. Node does not know, as browsers do, that every name below `localhost` is this machine. */
export function callFiles(
  address: string,
  {
    method = "GET",
    body,
    headers = {},
  }: { method?: string; body?: Buffer; headers?: Record<string, string> } = {},
): Promise<FileAnswer> {
  const { host, port, pathname, search } = new URL(address);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        ...{ host: "127.0.0.1", port, path: `${pathname}${search}`, method, agent: false },
        headers: { host, ...(body && { "content-length": body.length }), ...headers },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

async function put(url: string, content: Buffer): Promise<void> {
  const { status } = await callFiles(url, { method: "PUT", body: content });
  if (status !== 200) throw new Error(`the upload was answered ${status}`);
}

/** Uploads a file for an order, and gives its upload's id: nothing is delivered yet. */
export async function upload(seller: Person, orderId: string, content: Buffer): Promise<string> {
  const { url, uploadId } = await retry(() =>
    seller.deliveries.startUpload({ orderId, bytes: BigInt(content.length) }),
  );
  await put(url, content);
  return uploadId;
}

/** Uploads a file for a ticket that is listed, and gives its upload's id: it is not attached yet. */
export async function uploadForListing(seller: Person, ticketId: string, content: Buffer): Promise<string> {
  const { url, uploadId } = await retry(() =>
    seller.deliveries.startTicketUpload({ ticketId, bytes: BigInt(content.length) }),
  );
  await put(url, content);
  return uploadId;
}

/** Uploads the file of a ticket that is listed, and attaches it. */
export async function attachFile(seller: Person, ticketId: string, content: Buffer): Promise<void> {
  const uploadId = await uploadForListing(seller, ticketId, content);
  await retry(() => seller.deliveries.attachTicketFile({ ticketId, uploadId }));
}

/** Uploads and delivers a file. */
export async function deliverFile(seller: Person, order: Order, content: Buffer): Promise<void> {
  const uploadId = await upload(seller, order.id, content);
  await deliverWithRetries(seller, order, { case: "uploadId", value: uploadId });
}

/** What the buyer of an order opens. */
export async function openedFile(buyer: Person, orderId: string): Promise<Buffer> {
  const { content } = await retry(() => buyer.deliveries.openTicket({ orderId }));
  if (content.case !== "file") throw new Error(`it is a ${content.case}`);
  return decrypt(content.value, (await callFiles(content.value.url)).body);
}

/** What a browser makes of the answer to OpenTicket. */
export async function decrypt(file: DeliveredFile, ciphertext: Buffer): Promise<Buffer> {
  const key = await webcrypto.subtle.importKey("raw", Buffer.from(file.key), "AES-GCM", false, ["decrypt"]);
  const additionalData = Buffer.from(file.additionalData);
  const algorithm = { name: "AES-GCM", iv: Buffer.from(file.iv), additionalData };
  return Buffer.from(await webcrypto.subtle.decrypt(algorithm, key, Buffer.from(ciphertext)));
}
