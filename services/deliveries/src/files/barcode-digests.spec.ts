import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { barcodeDigests, MAX_BARCODES } from "./barcode-digests.ts";

const digest = (text: string) => createHash("sha256").update(text).digest("hex");

describe("the barcodes of a file", () => {
  it("are told by a digest each, whatever surrounds them", () => {
    expect(barcodeDigests(["TICKET-1", " TICKET-1\n"])).toEqual([digest("TICKET-1")]);
    expect(barcodeDigests(["B-222222", "A-111111"])).toEqual([digest("A-111111"), digest("B-222222")].sort());
    expect(barcodeDigests([])).toEqual([]);
  });

  it("name a ticket: those that stand on everybody's do not count", () => {
    expect(barcodeDigests(["GATE 4"])).toHaveLength(1);
    expect(barcodeDigests(["GATE4"])).toEqual([]);
    expect(barcodeDigests(["TICKET-1", "https://issuer.example/app"])).toEqual([digest("TICKET-1")]);
    const own = "https://issuer.example/t/12345678";
    expect(barcodeDigests([own, "https://issuer.example/app", "www.issuer.example"])).toEqual([digest(own)]);
    expect(barcodeDigests(["https://issuer12345678.example/"])).toEqual([]);
    expect(barcodeDigests(["https://apps.apple.com/app/id123456789"])).toEqual([]);
  });

  it("are none where others beside them may hide the ticket's", () => {
    const many = Array.from({ length: MAX_BARCODES + 1 }, (_, n) => `TICKET-${n}`);
    expect(barcodeDigests(many)).toEqual([]);
    expect(barcodeDigests([...many.slice(1), many[1] ?? ""])).toHaveLength(MAX_BARCODES);
    expect(barcodeDigests(["https://issuer.example/t/12345678", "DECOY-1"])).toEqual([]);
  });
});
