import { setTimeout as sleep } from "node:timers/promises";
import { ViolationsSchema } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import {
  type CallOptions,
  Code,
  ConnectError,
  encodeBinaryHeader,
  type HandlerContext,
} from "@connectrpc/connect";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { ErrorInfoSchema } from "@ticketing/proto/google/rpc/error_details";
import { connectPeers, type Handlers, MAX_BYTES, pairs } from "../../../testing/grpc-peers.ts";

const orderId = "0192f0c0-1111-7222-8333-444455556666";
const bytes = (...values: number[]) => encodeBinaryHeader(new Uint8Array(values));
const LONE = "half of a pair: \ud83d.";
const MENDED = "half of a pair: \ufffd.";

describe.each(pairs)("a unary call by %s to %s", (caller, callee) => {
  let peers: Awaited<ReturnType<typeof connectPeers>>;
  let getOrder: Handlers["getOrder"];
  let called: HandlerContext[];
  const ours = caller === "runtime";

  beforeAll(async () => {
    peers = await connectPeers([caller, callee] as (typeof pairs)[number], {
      getOrder(request, context) {
        called.push(context);
        return getOrder(request, context);
      },
      async *watchOrder() {},
    });
  });
  beforeEach(() => {
    called = [];
    getOrder = (request) => ({ order: { id: request.orderId } });
  });
  afterAll(() => peers.close());

  const errorOf = async (orderId: string, options?: CallOptions) => {
    const { error } = await peers.calls.get(orderId, { timeoutMs: 5000, ...options });
    if (!error) throw new Error("it was answered");
    return error;
  };

  it("is answered with a message, headers and trailers", async () => {
    getOrder = (request, { responseHeader, responseTrailer }) => {
      responseHeader.append("x-one", "a");
      responseHeader.append("x-one", "b, c");
      responseHeader.append("x-one-bin", bytes(0, 255));
      responseHeader.append("x-one-bin", bytes(1, 2, 3));
      responseTrailer.append("x-two", "d");
      responseTrailer.append("x-two", "d");
      responseTrailer.append("x-two-bin", bytes());
      return { order: { id: request.orderId } };
    };
    const { ids, header, trailer } = await peers.calls.get(orderId);
    expect(ids).toEqual([orderId]);
    expect(header.get("x-one")).toBe("a, b, c");
    expect(header.get("x-one-bin")?.replaceAll(", ", ",")).toBe("AP8,AQID");
    expect(trailer.get("x-two")).toBe("d, d");
    expect(trailer.get("x-two-bin")).toBe("");
  });

  it("brings the caller's headers to the handler, and an empty message back", async () => {
    getOrder = () => ({});
    const headers = new Headers([
      ["x-one", "a"],
      ["x-one", "b"],
      ["x-one-bin", bytes(0, 255)],
      ["x-one-bin", bytes(7)],
    ]);
    expect((await peers.calls.get(orderId, { headers })).ids).toEqual([undefined]);
    expect(called[0]?.requestHeader.get("x-one")).toBe("a, b");
    expect(called[0]?.requestHeader.get("x-one-bin")?.replaceAll(", ", ",")).toBe("AP8,Bw");
  });

  it("passes nothing on that belongs to the protocol or the connection", async () => {
    const reserved = { "grpc-status": "5", "content-type": "a/b", "content-length": "7", te: "gzip" };
    const connection = { connection: "x", "transfer-encoding": "chunked", "keep-alive": "1", upgrade: "h2c" };
    getOrder = (_, { responseHeader, responseTrailer }) => {
      const given = callee === "runtime" ? Object.entries({ ...reserved, ...connection }) : [];
      for (const [name, value] of given) {
        responseHeader.set(name, value);
        responseTrailer.set(name, value);
      }
      responseTrailer.set("x-own", "1");
      return {};
    };
    const headers = ours
      ? { ...reserved, ...connection, host: "elsewhere", "grpc-timeout": "1n", "x-own": "2" }
      : { "x-own": "2" };
    const { error, trailer } = await peers.calls.get(orderId, { headers, timeoutMs: 5000 });
    expect(error).toBeUndefined();
    expect(trailer.get("x-own")).toBe("1");
    expect(called[0]?.requestHeader.get("x-own")).toBe("2");
    expect(called[0]?.timeoutMs() ?? 60_000).toBeGreaterThan(1000);
  });

  it.each([
    "",
    "plain",
    "50% off, and 100%25",
    "a%2Cb, c",
    "?&=+$,#/:;@",
    "zu spät: 期限切れ 🎟️",
    'line\nbreak\t"quoted" \\ \u0000',
    "%zz%",
  ])("that is refused tells the message %j", async (message) => {
    getOrder = () => Promise.reject(new ConnectError(message, Code.FailedPrecondition));
    const error = await errorOf(orderId);
    expect(error.code).toBe(Code.FailedPrecondition);
    // grpc-js's own client leaves some characters encoded; the runtime's server encodes none of these.
    expect(error.rawMessage).toBe(message);
  });

  it.each(Object.values(Code).filter((code): code is Code => typeof code === "number"))(
    "that is refused with code %d tells it",
    async (code) => {
      getOrder = () => Promise.reject(new ConnectError("no", code));
      expect(await errorOf(orderId)).toMatchObject({ code, rawMessage: "no" });
    },
  );

  it("that is refused keeps details of any type, metadata, headers and trailers", async () => {
    const unknown = { type: "someone.elses.v1.Type", value: new Uint8Array([1, 2]) };
    getOrder = (_, { responseHeader, responseTrailer }) => {
      responseHeader.set("x-head", "1");
      responseTrailer.set("x-tail", "2");
      const metadata = { "x-own": "3", "x-own-bin": bytes(4), "grpc-status": "0", "content-type": "a/b" };
      const info = { reason: "TICKET_SOLD", domain: "ticketing", metadata: { at: "né" } };
      const error = new ConnectError("sold: 5%", Code.Aborted, metadata, [
        { desc: ErrorInfoSchema, value: info },
      ]);
      error.details.push(unknown);
      throw error;
    };
    const error = await errorOf(orderId);
    expect(error).toMatchObject({ code: Code.Aborted, rawMessage: "sold: 5%" });
    expect(error.metadata.get("x-tail")).toBe("2");
    expect(error.metadata.get("x-own")).toBe("3");
    expect(error.metadata.get("x-own-bin")).toBe("BA");
    if (caller === "grpc-js") return;
    expect(error.metadata.get("x-head")).toBe("1");
    expect(error.findDetails(ErrorInfoSchema)).toMatchObject([
      { reason: "TICKET_SOLD", metadata: { at: "né" } },
    ]);
    expect(error.details.at(-1)).toMatchObject(unknown);
  });

  it("that passes a refusal on passes on nothing that was said beside it", async () => {
    getOrder = () =>
      Promise.reject(new ConnectError("no", Code.NotFound, { "x-own": "for the caller alone" }));
    const error = await errorOf(orderId);
    getOrder = () => Promise.reject(error);
    const passedOn = await errorOf(orderId);
    expect(passedOn).toMatchObject({ code: Code.NotFound, rawMessage: "no" });
    if (caller !== "grpc-js") expect(passedOn.metadata.get("x-own")).toBeNull();
  });

  it("with a request that breaks a rule gets the rule in its error", async () => {
    const error = await errorOf("1");
    expect(error).toMatchObject({
      code: Code.InvalidArgument,
      rawMessage: expect.stringContaining("order_id"),
    });
    expect(called).toEqual([]);
    if (caller === "grpc-js") return;
    const [found] = error.findDetails(ViolationsSchema);
    expect(found?.violations).toMatchObject([{ ruleId: "string.uuid" }]);
  });

  it("shows the handler its deadline, which ends it", async () => {
    const ended = Promise.withResolvers<ConnectError>();
    let left: number | undefined;
    getOrder = (_, { signal, timeoutMs }) => {
      left = timeoutMs();
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          ended.resolve(signal.reason);
          reject(signal.reason);
        });
      });
    };
    expect((await errorOf(orderId, { timeoutMs: 1500 })).code).toBe(Code.DeadlineExceeded);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(1500);
    if (callee === "runtime") expect((await ended.promise).code).toBe(Code.DeadlineExceeded);
  });

  it("without a deadline has none", async () => {
    await peers.calls.get(orderId);
    if (caller !== "grpc-js") expect(called[0]?.timeoutMs()).toBeUndefined();
  });

  it("ends when its caller gives up, before and after it began", async () => {
    const leaving = new AbortController();
    const ended = Promise.withResolvers<unknown>();
    getOrder = (_, { signal }) => {
      signal.addEventListener("abort", () => ended.resolve(signal.reason));
      leaving.abort();
      return new Promise(() => undefined);
    };
    expect((await errorOf(orderId, { signal: leaving.signal })).code).toBe(Code.Canceled);
    expect(ConnectError.from(await ended.promise).code).toBe(Code.Canceled);
    if (caller === "grpc-js") return;
    expect((await errorOf(orderId, { signal: leaving.signal })).code).toBe(Code.Canceled);
    expect(called).toHaveLength(1);
  });

  it("aborts the signal of its handler when it is over", async () => {
    getOrder = (_, context) => {
      expect(context.signal.aborted).toBe(false);
      return {};
    };
    await peers.calls.get(orderId);
    expect(called[0]?.signal.aborted).toBe(true);
  });

  it("with half of a surrogate pair in it carries the replacement character, in every place", async () => {
    getOrder = (request) => ({ order: { id: `${request.orderId} ${LONE}` } });
    expect((await peers.calls.get(orderId)).ids).toEqual([`${orderId} ${MENDED}`]);
    expect((await errorOf(LONE)).code).toBe(Code.InvalidArgument);
    if (callee !== "runtime") return;
    getOrder = () => {
      const value = { reason: LONE, domain: LONE, metadata: { [LONE]: LONE } };
      throw new ConnectError(LONE, Code.NotFound, undefined, [{ desc: ErrorInfoSchema, value }]);
    };
    expect(await errorOf(orderId)).toMatchObject({ code: Code.NotFound, rawMessage: MENDED });
  });

  it("that cannot be written fails alone", async () => {
    getOrder = () => ({ order: { id: orderId, version: 2n ** 70n } });
    expect((await errorOf(orderId)).code).toBe(Code.Internal);
    if (ours) expect((await errorOf(5 as unknown as string)).code).toBe(Code.InvalidArgument);
    getOrder = (request) => ({ order: { id: request.orderId } });
    expect((await peers.calls.get(orderId)).ids).toEqual([orderId]);
  });

  it("whose header gRPC cannot carry fails alone, and is refused as it was", async () => {
    if (ours) expect((await errorOf(orderId, { headers: { "x-own": "é" } })).code).toBe(Code.Internal);
    if (callee !== "runtime") return;
    for (const name of ["responseHeader", "responseTrailer"] as const) {
      getOrder = (_, context) => {
        context[name].set("x-own", "é");
        return {};
      };
      expect((await errorOf(orderId)).code).toBe(Code.Internal);
    }
    const unfit = { "x-own": "é", "x-own-bin": "%" };
    const value = { order: 1 } as unknown as { reason: string };
    getOrder = (_, { responseHeader }) => {
      responseHeader.set("x-own", "é");
      throw new ConnectError("no", Code.NotFound, unfit, [{ desc: ErrorInfoSchema, value }]);
    };
    expect(await errorOf(orderId)).toMatchObject({ code: Code.NotFound, rawMessage: "no" });
  });

  it("that is too large is refused", async () => {
    const error = await errorOf("x".repeat(MAX_BYTES + 1));
    expect(error.code).toBe(Code.ResourceExhausted);
    expect(called).toEqual([]);
  });

  it("whose answer has more than fits into headers fails alone", async () => {
    if (callee !== "runtime") return;
    const fits = "x".repeat(1000);
    const long = "x".repeat(200_000);
    const value = { reason: long, domain: "", metadata: {} };
    getOrder = () =>
      Promise.reject(
        new ConnectError(long, Code.NotFound, { "x-own": long }, [{ desc: ErrorInfoSchema, value }]),
      );
    const error = await errorOf(orderId);
    expect(error).toMatchObject({ code: Code.NotFound, rawMessage: expect.stringContaining(fits) });
    for (const name of ["responseHeader", "responseTrailer"] as const) {
      getOrder = (_, context) => {
        context[name].set("x-own", long);
        return {};
      };
      expect((await errorOf(orderId)).code).toBe(Code.Internal);
    }
    getOrder = (request) => ({ order: { id: request.orderId } });
    if (ours) expect((await errorOf(orderId, { headers: { "x-own": long } })).code).toBe(Code.Internal);
    expect((await peers.calls.get(orderId)).ids).toEqual([orderId]);
  });

  it("that is refused with a code that is none is refused all the same", async () => {
    if (callee !== "runtime") return;
    for (const code of [0, 17, -1, 1.5, Number.NaN]) {
      getOrder = () => Promise.reject(new ConnectError("no", code));
      expect(await errorOf(orderId)).toMatchObject({ code: Code.Unknown, rawMessage: "no" });
    }
  });

  it("keeps what the callee says of a deadline or of being away", async () => {
    for (const code of [Code.DeadlineExceeded, Code.Unavailable, Code.Canceled]) {
      getOrder = () => Promise.reject(new ConnectError("Deadline exceeded at the bank", code));
      expect(await errorOf(orderId)).toMatchObject({ code, rawMessage: "Deadline exceeded at the bank" });
    }
  });

  it("runs beside many others", async () => {
    getOrder = async (request) => sleep(5, { order: { id: request.orderId } });
    const calls = await Promise.all(Array.from({ length: 100 }, () => peers.calls.get(orderId)));
    expect(calls.every(({ ids }) => ids[0] === orderId)).toBe(true);
  });
});
