import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { connectPeers, type Handlers, pairs } from "../../../testing/grpc-peers.ts";

const orderId = "0192f0c0-1111-7222-8333-444455556666";
const order = (id: string | number) => ({ order: { id: String(id) } });

describe.each(pairs)("a stream by %s to %s", (caller, callee) => {
  let peers: Awaited<ReturnType<typeof connectPeers>>;
  let watchOrder: Handlers["watchOrder"];
  let called: HandlerContext[];

  beforeAll(async () => {
    peers = await connectPeers([caller, callee] as (typeof pairs)[number], {
      getOrder: () => ({}),
      watchOrder(request, context) {
        called.push(context);
        return watchOrder(request, context);
      },
    });
  });
  beforeEach(() => {
    called = [];
  });
  afterAll(() => peers.close());

  const open = (signal?: AbortSignal) => {
    if (!peers.calls.client) throw new Error("it is not one of Connect's");
    return peers.calls.client.watchOrder({ orderId }, { signal })[Symbol.asyncIterator]();
  };

  it.each([0, 1, 3, 200])("brings %d messages with headers and trailers", async (count) => {
    watchOrder = async function* (_, { responseHeader, responseTrailer }) {
      responseHeader.set("x-one-bin", "AP8");
      for (let n = 0; n < count; n++) yield n === 2 ? {} : order(n);
      responseTrailer.set("x-two", "d");
    };
    const { ids, header, trailer, error } = await peers.calls.watch(orderId);
    expect(error).toBeUndefined();
    expect(ids).toEqual(Array.from({ length: count }, (_, n) => (n === 2 ? undefined : String(n))));
    expect(header.get("x-one-bin")).toBe("AP8");
    expect(trailer.get("x-two")).toBe("d");
  });

  it.each([0, 1, 2, 50])("that fails after %d messages brings those, and the error", async (count) => {
    watchOrder = async function* (_, { responseHeader, responseTrailer }) {
      responseHeader.set("x-one", "1");
      for (let n = 0; n < count; n++) yield order(n);
      responseTrailer.set("x-two", "2");
      throw new ConnectError("half, way: 50%", Code.Aborted, { "x-own": "3" });
    };
    const { ids, error } = await peers.calls.watch(orderId);
    expect(error).toMatchObject({ code: Code.Aborted, rawMessage: "half, way: 50%" });
    expect([error?.metadata.get("x-two"), error?.metadata.get("x-own")]).toEqual(["2", "3"]);
    // grpc-js's own client drops those that it has not read when the error comes.
    if (caller !== "grpc-js") expect(ids).toHaveLength(count);
  });

  it("that failed before it was read is read to its end", async () => {
    if (!peers.calls.client) return;
    const failed = Promise.withResolvers<void>();
    watchOrder = async function* () {
      for (let n = 0; n < 4; n++) yield order(n);
      failed.resolve();
      throw new ConnectError("over", Code.Aborted);
    };
    const iterator = open();
    const ids = [(await iterator.next()).value?.order?.id];
    await failed.promise;
    // Time for the trailers to get here.
    await sleep(100);
    for (let n = 1; n < 4; n++) ids.push((await iterator.next()).value?.order?.id);
    expect(ids).toEqual(["0", "1", "2", "3"]);
    await expect(iterator.next()).rejects.toMatchObject({ code: Code.Aborted, rawMessage: "over" });
  });

  it("that cannot be written further fails alone, after what was written", async () => {
    watchOrder = async function* () {
      yield order("first");
      yield { order: { version: 2n ** 70n } };
    };
    const { ids, error } = await peers.calls.watch(orderId);
    expect(error?.code).toBe(Code.Internal);
    if (caller !== "grpc-js") expect(ids).toEqual(["first"]);
    watchOrder = async function* () {
      yield order("next");
    };
    expect((await peers.calls.watch(orderId)).ids).toEqual(["next"]);
  });

  it("whose request breaks a rule is refused", async () => {
    expect((await peers.calls.watch("1")).error?.code).toBe(Code.InvalidArgument);
    expect(called).toEqual([]);
  });

  it("ends at its deadline", async () => {
    const ended = Promise.withResolvers<ConnectError>();
    watchOrder = async function* (_, { signal }) {
      yield order("first");
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      ended.resolve(signal.reason);
    };
    const { ids, error } = await peers.calls.watch(orderId, { timeoutMs: 1500 });
    expect(error?.code).toBe(Code.DeadlineExceeded);
    expect(ids).toEqual(["first"]);
    if (callee === "runtime") expect((await ended.promise).code).toBe(Code.DeadlineExceeded);
  });

  it("ends when its caller gives up", async () => {
    const leaving = new AbortController();
    const ended = Promise.withResolvers<unknown>();
    watchOrder = async function* (_, { signal }) {
      yield order("first");
      leaving.abort();
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      ended.resolve(signal.reason);
    };
    expect((await peers.calls.watch(orderId, { signal: leaving.signal })).error?.code).toBe(Code.Canceled);
    expect(ConnectError.from(await ended.promise).code).toBe(Code.Canceled);
  });

  it("ends when the server closes", async () => {
    if (callee !== "runtime") return;
    const begun = Promise.withResolvers<void>();
    watchOrder = async function* (_, { signal }) {
      yield order("first");
      begun.resolve();
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      yield order("last");
    };
    const own = await connectPeers([caller, callee] as (typeof pairs)[number], {
      getOrder: () => ({}),
      watchOrder: (request, context) => watchOrder(request, context),
    });
    const call = own.calls.watch(orderId);
    await begun.promise;
    own.server.closing.abort();
    const { ids, error } = await call;
    own.close();
    expect(error).toBeUndefined();
    expect(ids).toEqual(["first", "last"]);
  });

  it("is written no faster than it is read", async () => {
    if (caller !== "runtime" || callee !== "runtime") return;
    let written = 0;
    const padding = "x".repeat(10_000);
    watchOrder = async function* () {
      for (; written < 5_000; written++) yield { order: { id: String(written), ticketId: padding } };
    };
    const iterator = open();
    await iterator.next();
    let seen = -1;
    while (seen !== written) {
      seen = written;
      await sleep(100);
    }
    expect(written).toBeLessThan(500);
    let read = 1;
    while (!(await iterator.next()).done) read++;
    expect(read).toBe(5_000);
  });

  it("ends when its reader stops", async () => {
    if (caller !== "runtime") return;
    for (const taken of [1, 3]) {
      const ended = Promise.withResolvers<unknown>();
      watchOrder = async function* (_, { signal }) {
        signal.addEventListener("abort", () => ended.resolve(signal.reason));
        for (let n = 0; !signal.aborted; n++) {
          yield order(n);
          await sleep(1);
        }
      };
      const iterator = open();
      for (let n = 0; n < taken; n++) await iterator.next();
      await iterator.return?.();
      expect(ConnectError.from(await ended.promise).code).toBe(Code.Canceled);
      expect((await iterator.next()).done).toBe(true);
    }
  });

  it("that was given up before it began never begins", async () => {
    if (caller !== "runtime") return;
    await expect(open(AbortSignal.abort()).next()).rejects.toMatchObject({ code: Code.Canceled });
    expect(called).toEqual([]);
  });
});
