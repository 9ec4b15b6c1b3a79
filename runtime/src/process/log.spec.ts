import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "@jest/globals";

/** What a process writes that logs as this code does. */
function logged(code: string): Record<string, unknown>[] {
  const modules = `
    const { createLogger } = await import("./log.ts");
    const { withRequestId } = await import("./request-context.ts");`;
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", modules + code], {
    cwd: join(import.meta.dirname),
    encoding: "utf8",
  });
  return output
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

it("a line is JSON with an ISO time, the service and the request it belongs to", () => {
  const [inside, outside] = logged(`
    const log = createLogger("tickets", "info");
    withRequestId("request-1", () => log.info({ ticketId: "t1" }, "locked"));
    log.info("idle");
    log.debug("not at this level");`);
  expect(inside).toMatchObject({ service: "tickets", requestId: "request-1", ticketId: "t1", msg: "locked" });
  expect(inside?.time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(outside).toMatchObject({ msg: "idle" });
  expect(outside).not.toHaveProperty("requestId");
});

it("secrets are cut out, wherever a caller nests them", () => {
  const lines = logged(`
    const log = createLogger("auth", "info");
    log.info({ password: "s3cret", headers: { authorization: "s3cret", cookie: "s3cret" } }, "one");
    log.info({ payment: { intent: { client_secret: "s3cret", id: "pi_1" } } }, "two");
    log.info({ a: { b: { c: { token: "s3cret" } } }, headers: { "set-cookie": ["s3cret"] } }, "deep");
    log.error({ err: Object.assign(new Error("no"), { request: { token: "s3cret" } }) }, "three");
    log.error(Object.assign(new Error("no"), { cookie: "s3cret" }));`);
  expect(lines.map((line) => line.msg)).toEqual(["one", "two", "deep", "three", "no"]);
  expect(JSON.stringify(lines)).not.toContain("s3cret");
  expect(JSON.stringify(lines)).toContain("pi_1");
});

it("an error of the database's driver is logged with all its fields", () => {
  const [line] = logged(`
    const { MongoClient } = await import("mongodb");
    const client = new MongoClient("mongodb://127.0.0.1:1/spec", { serverSelectionTimeoutMS: 100 });
    const log = createLogger("payments", "info");
    await client.connect().catch((error) => log.warn({ err: error }, "the database is away"));
    await client.close();`);
  expect(line?.err).toMatchObject({ type: "MongoServerSelectionError", stack: expect.any(String) });
});
