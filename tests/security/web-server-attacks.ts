import { describe, expect, it } from "@jest/globals";
import { reported } from "../support/suite-report.ts";
import type { World } from "./attacked-mesh.ts";
import { rawHttp } from "./raw-http.ts";

/** Paths of the app; the server answers each with the page. */
const pages = ["/", "/tickets/7", "/sell", "/orders", "/operations", "/anything?q=<script>alert(1)</script>"];
/** Paths that would leave the served folder. */
const traversals = [
  "/../package.json",
  "/assets/../../package.json",
  "/assets/..%2f..%2fpackage.json",
  "/%2e%2e/%2e%2e/package.json",
  "/..\\..\\package.json",
  "/assets/%00/../../package.json",
  "//etc/passwd",
  "/.git/config",
  "/.env",
  "/package.json",
  "/src/main.tsx",
  "/server/main.ts",
];

/** The page and its files: what a browser may run, and which files of the server can be read. */
export function pageAttacks(world: () => World): void {
  describe("the page", () => {
    it("runs nothing but our own files, and nobody frames it", async () => {
      await reported("pages with a strict policy", async () => {
        const { gateway } = world();
        for (const path of pages) {
          const page = await fetch(`${gateway}${path}`);
          const html = await page.text();
          expect([path, page.status, page.headers.get("content-type")]).toEqual([
            path,
            200,
            expect.stringContaining("text/html"),
          ]);
          const policy = new Map(
            (page.headers.get("content-security-policy") ?? "").split("; ").map((part) => {
              const [name = "", ...sources] = part.split(" ");
              return [name, sources];
            }),
          );
          expect(policy.get("default-src")).toEqual(["'none'"]);
          expect(policy.get("frame-ancestors")).toEqual(["'none'"]);
          expect(policy.get("base-uri")).toEqual(["'none'"]);
          expect(policy.get("form-action")).toEqual(["'self'"]);
          // A ticket that is a picture is shown from the page's own memory.
          expect(policy.get("img-src")).toEqual(["'self'", "blob:"]);
          policy.delete("img-src");
          const sources = [...policy.values()].flat();
          for (const loose of ["*", "http:", "https:", "data:", "blob:"])
            expect(sources).not.toContain(loose);
          for (const source of sources)
            expect(source).not.toMatch(/unsafe|^http:\/\/(?!127\.0\.0\.1|(files\.)?localhost)/);
          expect(page.headers.get("x-content-type-options")).toBe("nosniff");
          expect(page.headers.get("x-frame-options")).toBe("DENY");
          expect(page.headers.get("referrer-policy")).toBe("same-origin");
          expect(page.headers.get("set-cookie")).toBeNull();
          // What the policy would stop is not there to begin with, nor anything of the address.
          expect(html).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>|<style|\son\w+=|="javascript:|alert\(1\)/i);
        }
        return pages.length;
      });
    });

    it("is all that can be read: no path leads out of its folder", async () => {
      await reported("paths out of the web app's folder", async () => {
        const { gateway } = world();
        for (const path of traversals) {
          const { text } = await rawHttp(
            gateway,
            `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
          );
          expect([path, /"workspaces"|"dependencies"|root:|\[core\]|import /.test(text)]).toEqual([
            path,
            false,
          ]);
        }
        return traversals.length;
      });
    });
  });
}
