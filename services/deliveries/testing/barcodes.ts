import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { deflateSync } from "node:zlib";
import { prepareZXingModule, type WriterOptions, writeBarcode } from "zxing-wasm/writer";
import { type Packed, passFiles, pngOf } from "./files.ts";

/** Tickets with barcodes, as issuers make them. */
export type Format = "QRCode" | "Aztec" | "PDF417" | "Code128" | "DataMatrix";

const wasm = createRequire(import.meta.url).resolve("zxing-wasm/writer/zxing_writer.wasm");

async function written(text: string, options: WriterOptions) {
  prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(readFileSync(wasm)).buffer } });
  const { symbol, image, error } = await writeBarcode(text, options);
  if (!image) throw new Error(error);
  return { symbol, image };
}

/** A picture of a barcode. */
export async function barcodePng(text: string, format: Format = "QRCode"): Promise<Buffer> {
  const { image } = await written(text, { format, scale: 4 });
  return Buffer.from(await image.arrayBuffer());
}

/** A white picture of so many pixels, with barcodes side by side. */
export async function barcodePngOf(texts: readonly string[], width: number, height: number): Promise<Buffer> {
  const rows = Buffer.alloc((width + 1) * height, 255);
  for (let y = 0; y < height; y++) rows[y * (width + 1)] = 0;
  for (const [index, text] of texts.entries()) {
    const { symbol } = await written(text, { format: "QRCode", scale: 1 });
    for (let y = 0; y < symbol.height * PIXELS; y++) {
      const start = Math.floor(y / PIXELS) * symbol.width;
      const modules = [...symbol.data.subarray(start, start + symbol.width)];
      const row = modules.flatMap((module) => Array<number>(PIXELS).fill(module));
      rows.set(row, (y + 100) * (width + 1) + 101 + index * DISTANCE);
    }
  }
  return pngOf(width, height, rows);
}

/** The side of a module, in pixels. */
const PIXELS = 4;
/** From one barcode to the next, in pixels. */
const DISTANCE = 200;

/**
 * A PDF whose first page has a barcode, and whose other pages are these, of the objects from the third on. `kids`: the
 * numbers of those that the document says are its pages.
 */
export async function pdfBeside(text: string, more: readonly Buffer[], kids = [3]): Promise<Buffer> {
  const { width, height, data } = (await written(text, { format: "QRCode", scale: 1 })).symbol;
  const next = 3 + more.length;
  const resources = `<< /XObject << /I ${next} 0 R >> >>`;
  const page = `/Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${next + 1} 0 R /Resources ${resources}`;
  const pages = [next + 2, ...kids].map((kid) => `${kid} 0 R`).join(" ");
  return pdfOf([
    Buffer.from("<< /Type /Catalog /Pages 2 0 R >>"),
    Buffer.from(`<< /Type /Pages /Kids [${pages}] /Count ${1 + kids.length} >>`),
    ...more,
    stream(deflateSync(data), imageEntries(width, height)),
    stream(Buffer.from(pictureAt(width, height)), ""),
    Buffer.from(`<< /Type /Page ${page} >>`),
  ]);
}

/** How the barcode comes onto a page: as a picture, or as the rectangles that a drawing program makes. */
export type Drawing = "picture" | "rectangles";

/** A PDF with one barcode a page, and a page without one for an empty text. */
export async function barcodePdf(
  texts: readonly string[],
  { format = "QRCode" as Format, drawing = "picture" as Drawing, size = [595, 842] } = {},
): Promise<Buffer> {
  const objects: Buffer[] = [Buffer.from("<< /Type /Catalog /Pages 2 0 R >>"), Buffer.alloc(0)];
  const add = (object: Buffer) => objects.push(object);
  const pages: number[] = [];
  for (const text of texts) {
    const { width, height, data } = text ? (await written(text, { format, scale: 1 })).symbol : blank;
    const image = add(stream(deflateSync(data), imageEntries(width, height)));
    const drawn = drawing === "picture" ? pictureAt(width, height) : rectangles(width, height, data);
    const contents = add(stream(Buffer.from(drawn), ""));
    const resources = `<< /XObject << /I ${image} 0 R >> >>`;
    const entries = `/Parent 2 0 R /MediaBox [0 0 ${size.join(" ")}] /Contents ${contents} 0 R /Resources ${resources}`;
    pages.push(add(Buffer.from(`<< /Type /Page ${entries} >>`)));
  }
  const kids = pages.map((page) => `${page} 0 R`).join(" ");
  objects[1] = Buffer.from(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`);
  return pdfOf(objects);
}

/** The side of a module, in points. */
const MODULE = 2;
const blank = { width: 1, height: 1, data: new Uint8ClampedArray([255]) };

const imageEntries = (width: number, height: number) =>
  `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode`;

const pictureAt = (width: number, height: number) =>
  `q ${width * MODULE} 0 0 ${height * MODULE} 60 300 cm /I Do Q`;

const rectangles = (width: number, height: number, data: Uint8ClampedArray) =>
  Array.from({ length: width * height }, (_, at) => at)
    .filter((at) => data[at] === 0)
    .map((at) => [60 + (at % width) * MODULE, 700 - Math.floor(at / width) * MODULE, MODULE, MODULE])
    .map((rectangle) => `${rectangle.join(" ")} re f`)
    .join("\n");

/** An object of these bytes. */
export const stream = (data: Uint8Array, entries: string): Buffer =>
  Buffer.concat([
    Buffer.from(`<< ${entries} /Length ${data.length} >>\nstream\n`),
    data,
    Buffer.from("\nendstream"),
  ]);

/** A PDF of these objects, the first of which is its catalog. Readers find them without a table. */
export const pdfOf = (objects: readonly Buffer[]): Buffer =>
  Buffer.concat([
    Buffer.from("%PDF-1.7\n"),
    ...objects.flatMap((object, index) => [
      Buffer.from(`${index + 1} 0 obj\n`),
      object,
      Buffer.from("\nendobj\n"),
    ]),
    Buffer.from("trailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"),
  ]);

/** The files of a pass that shows these barcodes. */
export const passWith = (...messages: string[]): Packed[] => {
  const barcodes = messages.map((message) => ({
    format: "PKBarcodeFormatQR",
    message,
    messageEncoding: "iso-8859-1",
  }));
  const [, ...others] = passFiles();
  const content = Buffer.from(JSON.stringify({ formatVersion: 1, barcodes, barcode: barcodes[0] }));
  return [{ name: "pass.json", content }, ...others];
};
