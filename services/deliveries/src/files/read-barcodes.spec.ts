import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { barcodePdf, barcodePng, type Format, passWith, pdfOf } from "../../testing/barcodes.ts";
import { pngOf, zip } from "../../testing/files.ts";
import { checkFile } from "./check-file.ts";
import { readBarcodes } from "./read-barcodes.ts";

const LIMIT_MS = 60_000;
const TEXT = "TICKET-4711-0815";
const FORMATS: Format[] = ["QRCode", "Aztec", "PDF417", "Code128", "DataMatrix"];

describe("barcodes are read", () => {
  it.each(FORMATS)(
    "from a picture, and from a page with it: %s",
    async (format) => {
      expect(await readBarcodes(await barcodePng(TEXT, format), "image/png")).toEqual([TEXT]);
      expect(await readBarcodes(await barcodePdf([TEXT], { format }), "application/pdf")).toEqual([TEXT]);
    },
    LIMIT_MS,
  );

  it(
    "from a page that draws it, and from the first pages, of however many",
    async () => {
      const pages = Array.from({ length: 2000 }, (_, page) => (page === 2 ? TEXT : page === 3 ? "FOUR" : ""));
      const bytes = await barcodePdf(pages, { drawing: "rectangles" });
      expect(await readBarcodes(bytes, "application/pdf")).toEqual([TEXT]);
    },
    LIMIT_MS,
  );

  it("from what a pass says that it shows", async () => {
    const type = "application/vnd.apple.pkpass";
    expect(new Set(await readBarcodes(zip(passWith(TEXT, "OTHER-1")), type))).toEqual(
      new Set([TEXT, "OTHER-1"]),
    );
    expect(await readBarcodes(zip(passWith()), type)).toEqual([]);
  });
});

describe("the process that looks at a file tells a digest of its barcode, and never the barcode", () => {
  it.each<[string, () => Promise<Buffer>]>([
    ["of a picture", () => barcodePng(TEXT)],
    ["of a PDF", () => barcodePdf([TEXT])],
  ])(
    "%s",
    async (_, file) => {
      const barcodes = [createHash("sha256").update(TEXT).digest("hex")];
      expect(await checkFile(await file(), LIMIT_MS)).toEqual({ type: expect.any(String), barcodes });
    },
    LIMIT_MS,
  );
});

describe("a file that is made to harm its reader is taken without a barcode", () => {
  const font = (data: Buffer) => {
    const packed = deflateSync(data);
    return [
      Buffer.from("<< /Type /Catalog /Pages 2 0 R >>"),
      Buffer.from("<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
      Buffer.from(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
      ),
      Buffer.from("<< /Length 30 >>\nstream\nBT /F 40 Tf 9 9 Td (abc) Tj ET\nendstream"),
      Buffer.from(
        "<< /Type /Font /Subtype /TrueType /BaseFont /X /FontDescriptor 6 0 R /FirstChar 0 /LastChar 255 >>",
      ),
      Buffer.from("<< /Type /FontDescriptor /FontName /X /Flags 4 /FontFile2 7 0 R >>"),
      Buffer.concat([
        Buffer.from(`<< /Filter /FlateDecode /Length ${packed.length} >>\nstream\n`),
        packed,
        Buffer.from("\nendstream"),
      ]),
    ];
  };
  const page = (contents: Buffer, entries = "") => [
    Buffer.from("<< /Type /Catalog /Pages 2 0 R >>"),
    Buffer.from("<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
    Buffer.from(
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /I 4 0 R >> >> >>",
    ),
    Buffer.concat([
      Buffer.from(`<< ${entries} /Length ${contents.length} >>\nstream\n`),
      contents,
      Buffer.from("\nendstream"),
    ]),
  ];
  const bomb = deflateSync(Buffer.alloc(400 * 2 ** 20));
  const image =
    "/Type /XObject /Subtype /Image /Width 20000 /Height 20000 /ColorSpace /DeviceGray /BitsPerComponent 8";

  it.each<[string, () => Buffer | Promise<Buffer>]>([
    ["a page that unfolds to 400 MiB", () => pdfOf(page(bomb, "/Filter /FlateDecode"))],
    ["a picture in a page that unfolds to 400 MiB", () => pdfOf(page(bomb, `${image} /Filter /FlateDecode`))],
    [
      "a page that draws itself",
      () => pdfOf(page(Buffer.from("/I Do /I Do"), "/Type /XObject /Subtype /Form /BBox [0 0 9 9]")),
    ],
    [
      "pages that are their own parents",
      () =>
        pdfOf([
          Buffer.from("<< /Pages 2 0 R >>"),
          Buffer.from("<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>"),
        ]),
    ],
    ["a page as wide as a town", () => barcodePdf([""], { size: [1e9, 1e9] })],
    ["a page of no size", () => barcodePdf([""], { size: [0, 0] })],
    ["a font of nonsense", () => pdfOf(font(Buffer.alloc(2 ** 20, "OTTO")))],
    [
      "a font that claims many tables",
      () => pdfOf(font(Buffer.concat([Buffer.from("00010000ffff", "hex"), Buffer.alloc(2 ** 20, 0xff)]))),
    ],
    ["a picture of 40 million pixels", () => pngOf(8000, 5000)],
  ])(
    "%s",
    async (_, file) => {
      const bytes = await file();
      expect(await checkFile(bytes, LIMIT_MS)).toEqual({ type: expect.any(String), barcodes: [] });
    },
    LIMIT_MS,
  );
});
