import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { securityHeaders } from "./security-headers.ts";
import { createWebServer } from "./web-server.ts";

let root: string;
let server: Server;
let origin: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "ticketing-web-"));
  await mkdir(join(root, "assets"));
  const page = "<!doctype html><title>the page</title>";
  await writeFile(join(root, "index.html"), page);
  await writeFile(join(root, "index.html.br"), brotliCompressSync(page));
  await writeFile(join(root, "icon.svg"), "<svg/>");
  await writeFile(join(root, "service-worker.js"), "0");
  await writeFile(join(root, "assets", "chunk-abc123.js"), "export {}");
  server = createWebServer({ root, pageHeaders: securityHeaders("http://localhost:8080") });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(root, { recursive: true, force: true });
});

describe("the web server", () => {
  test.each(["/", "/tickets/0191", "/orders?page=2", "/events/a-b"])(
    "hands out the page for %s, asked about each time, with its policy",
    async (path) => {
      const response = await fetch(`${origin}${path}`);
      expect(await response.text()).toContain("the page");
      expect(response.headers.get("cache-control")).toBe("no-cache");
      expect(response.headers.get("content-security-policy")).toContain("script-src 'self'");
    },
  );

  test("keeps an idle connection for longer than the gateway does", async () => {
    const response = await fetch(`${origin}/`);
    const [, seconds] = /timeout=(\d+)/.exec(response.headers.get("keep-alive") ?? "") ?? [];
    expect(Number(seconds)).toBeGreaterThan(3600);
  });

  test("hands out hashed files for ever and others for now", async () => {
    const chunk = await fetch(`${origin}/assets/chunk-abc123.js`);
    expect(chunk.headers.get("cache-control")).toContain("immutable");
    expect((await fetch(`${origin}/icon.svg`)).headers.get("cache-control")).toBe("no-cache");
  });

  test("hands out the worker for now, which may ask nobody else", async () => {
    const { headers } = await fetch(`${origin}/service-worker.js`);
    expect(headers.get("cache-control")).toBe("no-cache");
    expect(headers.get("content-security-policy")).toBe("default-src 'none'; connect-src 'self'");
  });

  test.each([
    "/assets/gone-123.js",
    "/assets/",
    "/gone.svg",
    "/../package.json",
    "/%2e%2e/%2e%2e/etc/passwd.txt",
  ])("answers 404 for a file that is not there: %s", async (path) => {
    const response = await fetch(`${origin}${path}`);
    expect([response.status, await response.text()]).toEqual([404, "no such file"]);
  });

  test("sends what was compressed at build time to who takes it", async () => {
    const response = await fetch(origin, { headers: { "accept-encoding": "br" } });
    expect(response.headers.get("content-encoding")).toBe("br");
    expect(await response.text()).toContain("the page");
  });

  test("takes no other method, and says that it is well", async () => {
    expect((await fetch(origin, { method: "POST" })).status).toBe(405);
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
  });
});

describe("the content security policy", () => {
  const policy = (url: string, stripeUrl?: string, filesUrl?: string) =>
    securityHeaders(url, { stripeUrl, filesUrl })["content-security-policy"];

  test("allows no inline code or style and no evaluation, and Stripe alone beside us", () => {
    expect(policy("https://example.com")).not.toMatch(/unsafe|data:|\*(?!\.js\.stripe)/);
    const sources = (directive: string) =>
      policy("https://example.com")
        ?.split("; ")
        .find((each) => each.startsWith(directive));
    // docs.stripe.com/security/guide#content-security-policy
    expect(sources("script-src")).toContain("https://js.stripe.com https://*.js.stripe.com");
    expect(sources("connect-src")).toContain("https://api.stripe.com");
    for (const origin of ["https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com"]) {
      expect(sources("frame-src")).toContain(origin);
    }
  });

  test("allows files to be read from their own origin, and to be shown as pictures alone", () => {
    const headers = policy("https://example.com", undefined, "https://files.example.com/");
    expect(headers).toContain("connect-src 'self' https://api.stripe.com https://files.example.com;");
    expect(headers).toContain("img-src 'self' blob:;");
    for (const other of ["script-src", "style-src", "frame-src", "default-src"])
      expect(headers).not.toMatch(new RegExp(`${other}[^;]*(files|blob)`));
  });

  test("allows a double in place of Stripe, never beside it", () => {
    expect(policy("http://localhost:8080", "http://127.0.0.1:8083/")).toContain(
      "script-src 'self' http://127.0.0.1:8083;",
    );
    expect(policy("http://localhost:8080", "http://127.0.0.1:8083/")).not.toContain("stripe.com");
  });
});
