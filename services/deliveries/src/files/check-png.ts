import { crc32 } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MOST_PIXELS = 40_000_000;
/** Length, type and CRC of a chunk without data. */
const CHUNK_BYTES = 12;

export const isPng = (bytes: Buffer): boolean => bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE);

/**
 * Why a file that begins as a PNG is none that we take; undefined for one that is (W3C's PNG specification, section 5): whole
 * chunks with right checksums, IHDR first, IEND last with nothing behind it, and no more pixels than a phone can show.
 */
export function pngFault(bytes: Buffer): string | undefined {
  let at = SIGNATURE.length;
  let first = true;
  let hasData = false;
  while (at + CHUNK_BYTES <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    const next = at + CHUNK_BYTES + length;
    if (next > bytes.length) return "a chunk is cut short";
    const type = bytes.toString("latin1", at + 4, at + 8);
    if (crc32(bytes.subarray(at + 4, next - 4)) !== bytes.readUInt32BE(next - 4)) return "a chunk is damaged";
    if (first !== (type === "IHDR")) return "it does not begin with its header";
    if (first) {
      if (length !== 13) return "its header is damaged";
      const [width, height] = [bytes.readUInt32BE(at + 8), bytes.readUInt32BE(at + 12)];
      if (width === 0 || height === 0 || width * height > MOST_PIXELS)
        return "it has too many pixels, or none";
    }
    if (type === "IDAT") hasData = true;
    if (type === "IEND") {
      if (length !== 0 || next !== bytes.length) return "something stands behind its end";
      return hasData ? undefined : "it shows nothing";
    }
    first = false;
    at = next;
  }
  return "it has no end";
}
