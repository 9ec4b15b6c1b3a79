import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { PDFiumLibrary } from "@hyzyla/pdfium";
import { prepareZXingModule, readBarcodes as readImage } from "zxing-wasm/reader";
import type { FileType } from "./check-content.ts";
import { describedIn, filesOfPass } from "./pass.ts";

/** The ticket is at the beginning; terms and maps follow. */
const READ_PAGES = 3;
/** Of a page that is drawn: at 200 dots an inch, the smallest barcodes that gates read have three a module. */
const DOTS_PER_POINT = 200 / 72;
/** A page may claim any size. An A4 page at 200 dots an inch has as many. */
const MOST_PIXELS = 4_000_000;
/** So many are read of a picture. One that has as many may have more, in no order that matters. */
const MOST_SYMBOLS = 8;
const OPTIONS: Parameters<typeof readImage>[1] = {
  formats: ["QRCode", "Aztec", "PDF417", "Code128", "DataMatrix"],
  maxNumberOfSymbols: MOST_SYMBOLS,
  // Gates do not read white on black either; it would take twice the time.
  tryInvert: false,
};

/** Four bytes a pixel, row by row. */
interface Picture {
  width: number;
  height: number;
  data: Uint8ClampedArray<ArrayBuffer>;
}

/** From the package, never from the network, which is where the library looks otherwise. */
const wasm = (name: string): ArrayBuffer =>
  new Uint8Array(readFileSync(createRequire(import.meta.url).resolve(name))).buffer;

/**
 * The texts of the barcodes in a file that was found good: those of a picture, of the first pages of a PDF as they are
 * drawn, or those that a pass says it shows. Rejects where one cannot be drawn or read, or has more than are read. May take
 * any time and memory: runs in a process that has limits.
 */
export async function readBarcodes(bytes: Buffer, type: FileType): Promise<string[]> {
  if (type === "application/vnd.apple.pkpass") return messagesOf(describedIn(filesOfPass(bytes)));
  prepareZXingModule({ overrides: { wasmBinary: wasm("zxing-wasm/reader/zxing_reader.wasm") } });
  if (type === "image/png") return textsIn(bytes);
  const texts: string[] = [];
  for await (const page of drawnPages(bytes)) texts.push(...(await textsIn(page)));
  return texts;
}

async function textsIn(image: Buffer | Picture): Promise<string[]> {
  const found = await readImage(image, OPTIONS);
  if (found.length >= MOST_SYMBOLS) throw new Error("there may be more barcodes than are read");
  return found.filter(({ isValid }) => isValid).map(({ text }) => text);
}

/** The first pages as pictures. The red and the blue of each are interchanged, which no barcode minds. */
async function* drawnPages(bytes: Buffer): AsyncGenerator<Picture> {
  const library = await PDFiumLibrary.init({ wasmBinary: wasm("@hyzyla/pdfium/pdfium.wasm") });
  const document = await library.loadDocument(bytes);
  const pages = Math.min(document.getPageCount(), READ_PAGES);
  for (let index = 0; index < pages; index++) {
    const page = document.getPage(index);
    const { originalWidth, originalHeight } = page.getOriginalSize();
    const scale = Math.min(DOTS_PER_POINT, Math.sqrt(MOST_PIXELS / (originalWidth * originalHeight)));
    const { width, height, data } = await page.render({ scale, render: "bitmap" });
    yield { width, height, data: new Uint8ClampedArray(data) };
  }
}

/** Of a pass (Apple's Wallet Passes, Pass.Barcodes): its list, and the one of older passes. */
function messagesOf(pass: unknown): string[] {
  if (typeof pass !== "object" || pass === null) return [];
  const { barcodes, barcode } = pass as { barcodes?: unknown; barcode?: unknown };
  return [...(Array.isArray(barcodes) ? barcodes : []), barcode].flatMap((each: unknown) => {
    const isOne = typeof each === "object" && each !== null && "message" in each;
    return isOne && typeof each.message === "string" ? [each.message] : [];
  });
}
