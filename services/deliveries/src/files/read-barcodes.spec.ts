import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import {
  barcodePdf,
  barcodePng,
  barcodePngOf,
  type Format,
  passWith,
  pdfBeside,
  stream,
} from "../../testing/barcodes.ts";
import { zip } from "../../testing/files.ts";
import { checkFile } from "./check-file.ts";
import { readBarcodes } from "./read-barcodes.ts";

/** More than it takes on a machine that is busy. */
const LIMITS = { verdictMs: 60_000, barcodesMs: 60_000 };
const TEST_MS = 120_000;
const TEXT = "TICKET-4711-0815";
const digestOf = (text: string) => createHash("sha256").update(text).digest("hex");
const digest = digestOf(TEXT);
const FORMATS: Format[] = ["QRCode", "Aztec", "PDF417", "Code128", "DataMatrix"];

describe("barcodes are read", () => {
  it.each(FORMATS)(
    "from a picture, and from a page with it: %s",
    async (format) => {
      expect(await readBarcodes(await barcodePng(TEXT, format), "image/png")).toEqual([TEXT]);
      expect(await readBarcodes(await barcodePdf([TEXT], { format }), "application/pdf")).toEqual([TEXT]);
    },
    TEST_MS,
  );

  it(
    "from a page that draws it, and from the first pages, of however many",
    async () => {
      const pages = Array.from({ length: 2000 }, (_, page) => (page === 2 ? TEXT : page === 3 ? "FOUR" : ""));
      const bytes = await barcodePdf(pages, { drawing: "rectangles" });
      expect(await readBarcodes(bytes, "application/pdf")).toEqual([TEXT]);
    },
    TEST_MS,
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
      expect(await checkFile(await file(), LIMITS)).toEqual({ type: expect.any(String), barcodes: [digest] });
    },
    TEST_MS,
  );
});

it(
  "a picture with more barcodes than are read has none: the ticket's may be among those that are not",
  async () => {
    const decoys = Array<string>(7).fill("DECOY-1");
    const barcodesOf = async (texts: string[]) => checkFile(await barcodePngOf(texts, 2000, 500), LIMITS);
    expect(await barcodesOf([...decoys.slice(1), TEXT])).toMatchObject({
      barcodes: [digest, digestOf("DECOY-1")].sort(),
    });
    expect(await barcodesOf([...decoys, "DECOY-1", TEXT])).toMatchObject({ barcodes: [] });
  },
  TEST_MS,
);

describe("a file that is made to harm its reader is taken", () => {
  const page = (contents: Buffer, entries = "", size = "595 842") => [
    Buffer.from(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${size}] /Contents 4 0 R /Resources << /XObject << /I 4 0 R >> /Font << /F 5 0 R >> >> >>`,
    ),
    stream(contents, entries),
  ];
  const font = (data: Buffer) => [
    ...page(Buffer.from("BT /F 40 Tf 9 9 Td (abc) Tj ET")),
    Buffer.from(
      "<< /Type /Font /Subtype /TrueType /BaseFont /X /FontDescriptor 6 0 R /FirstChar 0 /LastChar 255 >>",
    ),
    Buffer.from("<< /Type /FontDescriptor /FontName /X /Flags 4 /FontFile2 7 0 R >>"),
    stream(deflateSync(data), "/Filter /FlateDecode"),
  ];
  const bomb = deflateSync(Buffer.alloc(400 * 2 ** 20));
  const image =
    "/Type /XObject /Subtype /Image /Width 20000 /Height 20000 /ColorSpace /DeviceGray /BitsPerComponent 8";
  const itself = "/Type /XObject /Subtype /Form /BBox [0 0 9 9]";
  const nonsense = Buffer.concat([Buffer.from("00010000ffff", "hex"), Buffer.alloc(2 ** 20, 0xff)]);

  /** Whether the barcode beside it is found with the bounds that there are; without one it is otherwise. */
  it.each<[string, boolean, () => Promise<Buffer>]>([
    ["a page that unfolds to 400 MiB", false, () => pdfBeside(TEXT, page(bomb, "/Filter /FlateDecode"))],
    [
      "a picture in a page that unfolds to 400 MiB",
      false,
      () => pdfBeside(TEXT, page(bomb, `${image} /Filter /FlateDecode`)),
    ],
    ["a page that draws itself", false, () => pdfBeside(TEXT, page(Buffer.from("/I Do /I Do"), itself))],
    ["pages that are their own parents", false, () => pdfBeside(TEXT, [], [2, 2])],
    ["a page as wide as a town", true, () => pdfBeside(TEXT, page(Buffer.alloc(0), "", "1e9 1e9"))],
    ["a page as wide as a door", true, () => pdfBeside(TEXT, page(Buffer.alloc(0), "", "4000 4000"))],
    ["a page of no size", true, () => pdfBeside(TEXT, page(Buffer.alloc(0), "", "0 0"))],
    ["a font of nonsense", true, () => pdfBeside(TEXT, font(Buffer.alloc(2 ** 20, "OTTO")))],
    ["a font that claims many tables", true, () => pdfBeside(TEXT, font(nonsense))],
    ["a picture of two million pixels", true, () => barcodePngOf([TEXT], 2000, 1000)],
    ["a picture of 40 million pixels", false, () => barcodePngOf([TEXT], 8000, 5000)],
  ])(
    "%s: whether its barcode is found is %s",
    async (_, isFound, file) => {
      const barcodes = isFound ? [digest] : [];
      expect(await checkFile(await file(), LIMITS)).toEqual({ type: expect.any(String), barcodes });
    },
    TEST_MS,
  );
});
