import { once } from "node:events";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { MongoClient, ObjectId } from "mongodb";
import { loggableFields } from "./loggable.ts";

const secret = "s3cret";
/** What stands in the line. */
const line = (fields: object) => JSON.parse(JSON.stringify(loggableFields(fields)));

describe("what a log line shows", () => {
  it("is a driver's error of a database that is away, and why", async () => {
    const client = new MongoClient("mongodb://127.0.0.1:1/spec", { serverSelectionTimeoutMS: 100 });
    const error = await client.connect().catch((reason: unknown) => reason);
    await client.close();
    const { err } = line({ err: error });
    expect(err).toMatchObject({
      type: "MongoServerSelectionError",
      message: expect.stringContaining("ECONNREFUSED"),
      stack: expect.stringContaining("MongoServerSelectionError"),
      cause: { type: "MongoNetworkError", cause: { code: "ECONNREFUSED", port: 1 } },
      reason: { servers: { "127.0.0.1:1": { type: "Unknown" } } },
    });
  });

  it("is plain data, whatever the value is made of", () => {
    const circular: Record<string, unknown> = { id: 1 };
    circular.self = circular;
    const id = new ObjectId();
    const broken = {
      get value() {
        throw new Error("no");
      },
      other: 1,
    };
    expect(
      line({
        ...{ circular, id, broken, big: 5n, none: Number.NaN, bytes: Buffer.from("abc"), when: new Date(0) },
        url: new URL("https://a.example/x"),
        map: new Map<unknown, unknown>([["a", new Set([1, () => 0])]]),
        bad: { toJSON: () => JSON.parse("{") },
      }),
    ).toEqual({
      circular: { id: 1, self: "[circular]" },
      id: id.toHexString(),
      broken: { value: "[not readable]", other: 1 },
      ...{ big: "5", none: "NaN", bytes: "[3 bytes]", when: "1970-01-01T00:00:00.000Z" },
      ...{ url: "https://a.example/x", map: { a: [1, null] }, bad: "[not readable]" },
    });
  });

  it("ends, however deep, long or entangled the value is", () => {
    let deep: Record<string, unknown> = { token: secret, end: 1 };
    for (let level = 0; level < 10_000; level++) deep = { deep };
    const loop = new Error("a", { cause: new Error("b") });
    Object.assign(loop.cause as Error, { cause: loop });
    const text = JSON.stringify(line({ deep, loop, long: Array.from({ length: 100_000 }, (_, n) => n) }));
    expect(text.length).toBeLessThan(5_000);
    expect(text).not.toContain(secret);
  });

  it("ends, however many ways lead to the same value", () => {
    let wide: unknown = "x";
    for (let level = 0; level < 7; level++) wide = Array.from({ length: 100 }, () => wide);
    const err = Object.assign(new Error("no", { cause: new Error("why") }), { wide });
    const shown = line({ err, wide, orderId: "o1" });
    expect(shown).toMatchObject({ err: { cause: { message: "why" } }, orderId: "o1" });
    const text = JSON.stringify(shown);
    expect(text).toContain("[too much]");
    expect(text.length).toBeLessThan(100_000);
  });

  it("is without secrets, however their names are written, and without a header in a text or a list", async () => {
    const names = ["access_token", "refresh-token", "Client_Secret", "api-key", "X-API-Key", "secretKey"];
    const fields = Object.fromEntries(names.map((name) => [name, secret]));
    const server = createServer((_, response) => response.end()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const request = get({ port, host: "127.0.0.1", headers: { authorization: `Bearer ${secret}` } });
    const [response] = await once(request, "response");
    response.resume();
    const rawHeaders = ["Authorization", `bearer ${secret}`, "Proxy-Authorization", `Basic ${secret}`];
    const text = JSON.stringify(
      line({ fields, err: Object.assign(new Error("no"), { response, rawHeaders }) }),
    );
    server.close();
    expect(text).not.toContain(secret);
    expect(text).toContain("GET / HTTP/1.1");
  });

  it("is an error with its own fields and every cause, frozen or of several", () => {
    const first = Object.freeze(Object.assign(new TypeError("first"), { code: 7 }));
    const { err } = line({ err: new AggregateError([first], "all", { cause: new Error("why") }) });
    expect(err).toMatchObject({
      ...{ type: "AggregateError", message: "all", cause: { type: "Error", message: "why" } },
      errors: [{ type: "TypeError", message: "first", code: 7 }],
    });
  });

  it("is an error of a worker thread, which arrives without what makes it a native one", () => {
    const arrived = Object.defineProperties(Object.create(SyntaxError.prototype), {
      message: { value: "no JSON" },
      stack: { value: "SyntaxError: no JSON" },
    });
    const shown = { type: "SyntaxError", message: "no JSON", stack: "SyntaxError: no JSON" };
    expect(line({ err: arrived })).toEqual({ err: shown });
  });

  it("never fails and never has a secret, for anything at all", () => {
    const anything = fc.anything({
      ...{ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSet: true },
      ...{ withObjectString: true, withSparseArray: true, withTypedArray: true },
      key: fc.oneof(fc.string(), fc.constantFrom("token", "Cookie", "__proto__", "toJSON", "constructor")),
    });
    fc.assert(
      fc.property(anything, anything, (value, other) => {
        const hidden = { value, Authorization: secret, inner: [new Map([["Set-Cookie", secret]])] };
        const err = Object.assign(new Error("no", { cause: { password: secret } }), hidden, { other });
        const text = JSON.stringify(loggableFields({ hidden, err, other, token: secret }));
        expect(text).not.toContain(secret);
        expect(JSON.parse(text).err.message).toBe("no");
      }),
    );
  });
});
