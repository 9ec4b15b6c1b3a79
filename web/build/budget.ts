import { gzipSync } from "node:zlib";
import type { Plugin, Rolldown } from "vite";

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;

/**
 * Fails the build when the entry chunk, with every chunk that it imports at once, is larger than `limit` bytes after
 * gzip. Prints the size of each chunk, so that growth is seen early.
 */
export function budget(limit: number): Plugin {
  return {
    name: "budget",
    apply: "build",
    enforce: "post",
    writeBundle(_, bundle) {
      // What lies beside them is loaded by no page: the worker.
      const chunks = Object.values(bundle)
        .filter((output) => output.type === "chunk")
        .filter(({ fileName }) => fileName.startsWith("assets/"));
      const weight = (chunk: Rolldown.OutputChunk) => gzipSync(chunk.code).length;
      const first = initial(chunks);
      const total = [...first].reduce((sum, chunk) => sum + weight(chunk), 0);
      for (const chunk of chunks.toSorted((a, b) => weight(b) - weight(a))) {
        console.log(
          `${kilobytes(weight(chunk)).padStart(10)}  ${first.has(chunk) ? "at once" : "lazy   "}  ${chunk.fileName}`,
        );
      }
      console.log(`${kilobytes(total).padStart(10)}  of ${kilobytes(limit)} that may load at once`);
      if (total > limit) this.error(`the entry weighs ${kilobytes(total)}, more than ${kilobytes(limit)}`);
    },
  };
}

/** The entry and what it imports statically, however deep. */
function initial(chunks: readonly Rolldown.OutputChunk[]): Set<Rolldown.OutputChunk> {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const found = new Set(chunks.filter((chunk) => chunk.isEntry));
  for (const chunk of found) {
    for (const name of chunk.imports) {
      const imported = byName.get(name);
      if (imported) found.add(imported);
    }
  }
  return found;
}
