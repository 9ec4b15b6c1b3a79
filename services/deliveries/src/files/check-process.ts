import { barcodeDigests } from "./barcode-digests.ts";
import { checkContent, MAX_FILE_BYTES } from "./check-content.ts";
import { readBarcodes } from "./read-barcodes.ts";

/**
 * Reads a file from its standard input and writes two lines of JSON to its standard output: the verdict, and the digests of
 * the barcodes in a file that is taken. That is all that this process does. Barcodes themselves never leave it.
 */
const chunks: Buffer[] = [];
let size = 0;
for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
  chunks.push(chunk);
  size += chunk.length;
  // Enough to know that it is too large.
  if (size > MAX_FILE_BYTES) break;
}
const bytes = Buffer.concat(chunks);
const verdict = checkContent(bytes);
// Reading may take too long or too much memory: then the verdict is known all the same.
await new Promise((resolve) => process.stdout.write(`${JSON.stringify(verdict)}\n`, resolve));
if ("type" in verdict) {
  const texts = await readBarcodes(bytes, verdict.type);
  process.stdout.write(`${JSON.stringify(barcodeDigests(texts))}\n`);
}
