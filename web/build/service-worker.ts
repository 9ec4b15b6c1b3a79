import { createHash } from "node:crypto";
import type { Plugin } from "vite";

const FILE = "service-worker.js";

/**
 * Builds the worker that hands out the app without a connection. It is a script of its own at the root, whose scope is
 * every page, and begins with what the build has made: `RELEASE`.
 */
export function serviceWorker(source: string): Plugin {
  return {
    name: "service-worker",
    apply: "build",
    enforce: "post",
    buildStart() {
      this.emitFile({ type: "chunk", id: source, fileName: FILE });
    },
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const worker = bundle[FILE];
        const page = bundle["index.html"];
        if (worker?.type !== "chunk" || page?.type !== "asset")
          return this.error("the worker or the page is missing");
        // Browsers run it as a script, not as a module.
        if (worker.imports.length + worker.exports.length > 0)
          return this.error("the worker is not one file");
        const html = page.source.toString();
        const outputs = Object.values(bundle).filter(({ fileName }) => fileName.startsWith("assets/"));
        const entry = outputs.find((output) => output.type === "chunk" && output.isEntry);
        if (!entry || !html.includes(entry.fileName)) return this.error("the page does not load the entry");
        const files = outputs.map(({ fileName }) => `/${fileName}`).sort();
        // The names have the hashes of what is in the files.
        const hash = createHash("sha256");
        for (const part of [html, worker.code, files.join()]) hash.update(part);
        const version = hash.digest("hex").slice(0, 16);
        const release = { version, entry: `/${entry.fileName}`, files };
        worker.code = `const RELEASE=${JSON.stringify(release)};${worker.code}`;
      },
    },
  };
}
