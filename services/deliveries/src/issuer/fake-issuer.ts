import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isDuplicateKey } from "@ticketing/runtime/documents/duplicate-key";
import type { Db } from "mongodb";
import { prepareZXingModule, writeBarcode } from "zxing-wasm/writer";
import type { IssuedTicket, TicketIssuer } from "./ticket-issuer.ts";

/** One sale as the fake knows it. */
interface IssuedDocument {
  /** The key. */
  _id: string;
  /** Of the file that was made void; absent for a key that was taken back before anything was asked under it. */
  ticket?: string;
  takenBack: boolean;
}

/**
 * An issuer for development and tests, in a collection of deliveries. It takes any file for a ticket of its own, and makes
 * out a picture whose barcode follows from the key. No gate knows it.
 */
export function createFakeIssuer(db: Db): TicketIssuer {
  const issued = db.collection<IssuedDocument>("fakeIssuedTickets");
  const find = async (key: string): Promise<IssuedTicket | undefined> => {
    const document = await issued.findOne({ _id: key });
    if (!document) return undefined;
    return document.takenBack ? { refused: "it was taken back" } : { file: await pictureOf(key) };
  };
  return {
    find,
    async reissue({ key, file }) {
      const ticket = createHash("sha256").update(file).digest("hex");
      const other = await issued.findOne({ ticket, takenBack: false, _id: { $ne: key } });
      if (other) throw new Error("the ticket is made out to somebody else");
      await issued.insertOne({ _id: key, ticket, takenBack: false }).catch((error: unknown) => {
        if (!isDuplicateKey(error)) throw error;
      });
      const answer = await find(key);
      if (!answer) throw new Error("what was made out is gone");
      return answer;
    },
    async takeBack(key) {
      await issued.updateOne({ _id: key }, { $set: { takenBack: true } }, { upsert: true });
    },
  };
}

const wasm = createRequire(import.meta.url).resolve("zxing-wasm/writer/zxing_writer.wasm");

async function pictureOf(key: string): Promise<Buffer> {
  prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(readFileSync(wasm)).buffer } });
  const text = `FAKE-${createHash("sha256").update(key).digest("hex").slice(0, 24).toUpperCase()}`;
  const { image, error } = await writeBarcode(text, { format: "QRCode", scale: 4 });
  if (!image) throw new Error(error);
  return Buffer.from(await image.arrayBuffer());
}
