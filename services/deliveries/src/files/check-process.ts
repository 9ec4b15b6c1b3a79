import { checkContent, MAX_FILE_BYTES } from "./check-content.ts";

/** Reads a file from its standard input and writes the verdict to its standard output: all that this process does. */
const chunks: Buffer[] = [];
let size = 0;
for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
  chunks.push(chunk);
  size += chunk.length;
  // Enough to know that it is too large.
  if (size > MAX_FILE_BYTES) break;
}
process.stdout.write(JSON.stringify(checkContent(Buffer.concat(chunks))));
