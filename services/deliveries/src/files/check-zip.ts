import { crc32, inflateRawSync } from "node:zlib";

/** One file of an archive. */
export interface ZipEntry {
  name: string;
  content: Buffer;
}

/** Thrown for an archive that is damaged, hides something, or unfolds to more than it may. */
export class BadZip extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BadZip";
  }
}

const END = 0x06054b50;
const END_BYTES = 22;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
/** Sizes and CRC follow the data; the directory has them all the same. */
const DESCRIPTOR = 1 << 3;
const UTF8 = 1 << 11;

/** How much an archive may hold: a bomb is no larger than that once it has gone off. */
export interface ZipLimits {
  entries: number;
  /** Of all files together, unfolded. In bytes. */
  bytes: number;
}

/**
 * Unfolds an archive (PKWARE's APPNOTE.TXT, sections 4.3 and 4.4): nothing but plain or deflated files with names below
 * its root, one after the other without gaps or overlaps from the first byte on, then the directory, then its end. So no
 * file is in it twice, and no other format beside it. Throws {@link BadZip}.
 */
export function unzip(bytes: Buffer, limits: ZipLimits): ZipEntry[] {
  const end = bytes.length - END_BYTES;
  // No comment behind it: what hides there is not seen here.
  if (end < 0 || bytes.readUInt32LE(end) !== END) throw new BadZip("it does not end as an archive does");
  const count = bytes.readUInt16LE(end + 10);
  const size = bytes.readUInt32LE(end + 12);
  const start = bytes.readUInt32LE(end + 16);
  const disks = bytes.readUInt32LE(end + 4) !== 0 || bytes.readUInt16LE(end + 8) !== count;
  if (disks || start + size !== end) throw new BadZip("its directory is not where it says");
  if (count === 0 || count > limits.entries) throw new BadZip(`it has ${count} files`);

  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  let left = limits.bytes;
  let at = start;
  let data = 0;
  for (let n = 0; n < count; n++) {
    const entry = readEntry(bytes, at, end);
    at = entry.next;
    if (names.has(entry.name)) throw new BadZip("a file is in it twice");
    names.add(entry.name);
    if (entry.offset !== data) throw new BadZip("its files do not follow one another");
    const file = fileOf(bytes, entry, start, left);
    data = file.next;
    left -= file.content.length;
    entries.push({ name: entry.name, content: file.content });
  }
  if (at !== end || data !== start) throw new BadZip("there is something between its parts");
  return entries;
}

interface DirectoryEntry {
  name: string;
  flags: number;
  method: number;
  crc: number;
  packed: number;
  size: number;
  offset: number;
  next: number;
}

function readEntry(bytes: Buffer, at: number, end: number): DirectoryEntry {
  if (at + ENTRY_BYTES > end || bytes.readUInt32LE(at) !== ENTRY)
    throw new BadZip("its directory is cut short");
  const nameBytes = bytes.readUInt16LE(at + 28);
  const next = at + ENTRY_BYTES + nameBytes + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  if (next > end) throw new BadZip("its directory is cut short");
  const flags = bytes.readUInt16LE(at + 8);
  const method = bytes.readUInt16LE(at + 10);
  if (flags & ENCRYPTED || flags & ~(DESCRIPTOR | UTF8 | 0b110)) throw new BadZip("a file in it is locked");
  if (method !== STORED && method !== DEFLATED) throw new BadZip("a file in it is packed in another way");
  const name = nameOf(bytes.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes));
  return {
    ...{ name, flags, method, next },
    crc: bytes.readUInt32LE(at + 16),
    packed: bytes.readUInt32LE(at + 20),
    size: bytes.readUInt32LE(at + 24),
    offset: bytes.readUInt32LE(at + 42),
  };
}

/** Names of files below the root: no folders, no way out, nothing that a screen would not show. */
function nameOf(bytes: Buffer): string {
  const name = bytes.toString("latin1");
  const isPlain = /^[\w@.-]+(\/[\w@.-]+)*$/.test(name) && name.length <= 100;
  if (!isPlain || name.split("/").some((part) => /^\.+$/.test(part)))
    throw new BadZip("a file in it has a bad name");
  return name;
}

/** The file that an entry of the directory stands for; its header says the same. `before`: where files have ended. */
function fileOf(bytes: Buffer, entry: DirectoryEntry, before: number, most: number) {
  const { offset, packed, size, method, crc } = entry;
  if (offset + LOCAL_BYTES > before || bytes.readUInt32LE(offset) !== LOCAL)
    throw new BadZip("a file is not there");
  const nameBytes = bytes.readUInt16LE(offset + 26);
  const from = offset + LOCAL_BYTES + nameBytes + bytes.readUInt16LE(offset + 28);
  const local = bytes.subarray(offset + LOCAL_BYTES, offset + LOCAL_BYTES + nameBytes).toString("latin1");
  const says = bytes.readUInt16LE(offset + 8) === method && local === entry.name;
  if (!says || from + packed > before) throw new BadZip("a file is not what the directory says");
  if (size > most) throw new BadZip("it unfolds to more than it may");
  const content = unfold(bytes.subarray(from, from + packed), method, size);
  if (content.length !== size || crc32(content) !== crc) throw new BadZip("a file in it is damaged");
  return { content, next: from + packed + descriptorBytes(bytes, from + packed, entry, before) };
}

function unfold(packed: Buffer, method: number, size: number): Buffer {
  if (method === STORED) return packed;
  try {
    // One byte more tells a file that is larger than it says.
    return inflateRawSync(packed, { maxOutputLength: size + 1 });
  } catch {
    throw new BadZip("a file in it is damaged, or larger than it says");
  }
}

/** 16 bytes with a signature, 12 without: sizes and CRC once more, where the flags say so. */
function descriptorBytes(bytes: Buffer, at: number, { flags, crc }: DirectoryEntry, before: number): number {
  if (!(flags & DESCRIPTOR)) return 0;
  const signed = at + 16 <= before && bytes.readUInt32LE(at) === 0x08074b50;
  const length = signed ? 16 : 12;
  if (at + length > before || bytes.readUInt32LE(at + length - 12) !== crc) {
    throw new BadZip("a file is not what the directory says");
  }
  return length;
}
