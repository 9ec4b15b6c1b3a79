import { crc32, deflateRawSync, deflateSync } from "node:zlib";

/** Files as people upload them, and as attackers do. */
const chunk = (type: string, data: Buffer): Buffer => {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(data.length, 0);
  bytes.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([bytes.subarray(0, 4), named, bytes.subarray(4)]);
};

/** A PNG of one pixel; its header may claim any size. */
export const png = (width = 1, height = 1): Buffer =>
  pngFrom(width, height, Buffer.from("78da63000100000500010d0a2db4", "hex"));

/** A PNG that has as many pixels as it says: of each row a zero, and a byte for each pixel. */
export const pngOf = (width: number, height: number, rows: Buffer): Buffer =>
  pngFrom(width, height, deflateSync(rows));

function pngFrom(width: number, height: number, data: Buffer): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", data),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

export const pdf = (content = "/Type /Catalog"): Buffer =>
  Buffer.from(
    `%PDF-1.7\n1 0 obj\n<< ${content} >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF\n`,
    "latin1",
  );

/** A PDF with objects that are packed in a stream, as most writers do; what is left out is as they do it. */
export const pdfOfPacked = (
  packed: Buffer,
  filter = "/FlateDecode",
  { type = "/Type /ObjStm", more = "", keyword = "stream\n" } = {},
): Buffer => {
  const entries = `${type} /N 1 /First 4 ${more} /Filter ${filter} /Length ${packed.length}`;
  const head = `%PDF-1.7\n1 0 obj\n<< ${entries} >>\n${keyword}`;
  return Buffer.concat([
    Buffer.from(head),
    packed,
    Buffer.from("\nendstream\nendobj\nstartxref\n0\n%%EOF\n"),
  ]);
};

/** One file of an archive; what is left out is right. */
export interface Packed {
  name: string;
  content: Buffer;
  method?: number;
  /** What the directory claims of the size. */
  size?: number;
  flags?: number;
  localName?: string;
}

/** An archive, file after file. */
export function zip(files: readonly Packed[], { gap = Buffer.alloc(0), comment = "" } = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, method = 8, size = content.length, flags = 0, localName = name } of files) {
    const data = method === 8 ? deflateRawSync(content) : content;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(flags, 6);
    local.writeUInt16LE(method, 8);
    local.writeUInt32LE(crc32(content), 14);
    local.writeUInt32LE(data.length, 18);
    local.writeUInt32LE(size, 22);
    local.writeUInt16LE(localName.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(crc32(content), 16);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt32LE(size, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    parts.push(local, Buffer.from(localName, "latin1"), data);
    directory.push(entry, Buffer.from(name, "latin1"));
    offset += local.length + localName.length + data.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset + gap.length, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, gap, listed, end, Buffer.from(comment, "latin1")]);
}

/** The files of a pass. */
export const passFiles = (): Packed[] => [
  { name: "pass.json", content: Buffer.from(JSON.stringify({ formatVersion: 1, serialNumber: "1" })) },
  { name: "manifest.json", content: Buffer.from("{}") },
  { name: "signature", content: Buffer.from("signed") },
  { name: "en.lproj/pass.strings", content: Buffer.from("x".repeat(1000)) },
];
