import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { describe, expect, it } from "@jest/globals";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import {
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
  MongoUnexpectedServerResponseError,
} from "mongodb";
import { silent } from "../../testing/service.ts";
import { DomainError, reasonOf, toConnectError } from "../process/domain-error.ts";
import { withRequestId } from "../process/request-context.ts";
import { createErrorInterceptor, publicError } from "./error-interceptor.ts";
import { requestIdInterceptor } from "./request-id-interceptor.ts";

/** What a client sees of an error that a handler throws, at once or after the first message of a stream. */
async function seen(thrown: unknown, kind: "unary" | "stream"): Promise<ConnectError> {
  const transport = createRouterTransport(
    (router) =>
      router.service(OrderService, {
        getOrder: () => Promise.reject(thrown),
        async *watchOrder() {
          yield {};
          throw thrown;
        },
      }),
    { router: { interceptors: [requestIdInterceptor, createErrorInterceptor(silent)] } },
  );
  const client = createClient(OrderService, transport);
  try {
    if (kind === "unary") await client.getOrder({});
    else for await (const _ of client.watchOrder({}));
  } catch (error) {
    return ConnectError.from(error);
  }
  throw new Error("nothing was thrown");
}

describe.each(["unary", "stream"] as const)("an error of a %s call", (kind) => {
  it("that a rule throws reaches the client with its reason", async () => {
    const error = await seen(new DomainError("STALE_VERSION", "read it again"), kind);
    expect(error.code).toBe(Code.Aborted);
    expect(reasonOf(error)).toBe("STALE_VERSION");
  });

  it("with a code passes as it is", async () => {
    const error = await seen(new ConnectError("not here", Code.NotFound), kind);
    expect(error).toMatchObject({ code: Code.NotFound, rawMessage: "not here" });
  });

  it("that nobody expected shows the client nothing of itself", async () => {
    const error = await seen(new Error("E11000 duplicate key at 10.0.0.7"), kind);
    expect(error.code).toBe(Code.Internal);
    expect(error.rawMessage).toMatch(/^internal error \(request [\da-f-]{36}\)$/);
    expect(error.details).toEqual([]);
  });

  it("with which a called service refuses this one is not the client's", async () => {
    const refusal = new DomainError("SERVICE_TOKEN_REQUIRED", "a token is required");
    const error = await seen(Object.assign(toConnectError(refusal), { isWireError: true }), kind);
    expect(error.code).toBe(Code.Internal);
    expect(reasonOf(error)).toBeUndefined();
  });

  it("that is a cancellation says so", async () => {
    expect((await seen(Object.assign(new Error("gone"), { name: "AbortError" }), kind)).code).toBe(
      Code.Canceled,
    );
  });
});

it.each([
  ["lost the connection to the database", new MongoNetworkError("gone")],
  ["found no primary", new MongoServerSelectionError("none", new Map() as never)],
  ["read from a primary that stepped down", new MongoServerError({ code: 189, message: "gone" })],
  ["read while the database shuts down", new MongoServerError({ code: 11_600, message: "gone" })],
  ["wrote to an ended connection", Object.assign(new Error("gone"), { code: "EPIPE" })],
  ["waited to write when the connection broke", Object.assign(new Error("gone"), { code: "ECONNRESET" })],
  ["was retried where it cannot be", new MongoUnexpectedServerResponseError("none")],
])("a call that %s can be tried again, and is told nothing of the database", (_, cause) => {
  const error = publicError(cause, silent);
  expect(error).toMatchObject({ code: Code.Unavailable });
  expect(reasonOf(error)).toBe("DATABASE_UNAVAILABLE");
  expect(error.rawMessage).not.toMatch(/gone|none/);
});

it.each([
  ["a refused write", new MongoServerError({ code: 11_000, message: "duplicate" })],
  ["a file that is not there", Object.assign(new Error("gone"), { code: "ENOENT" })],
])("%s is not the database's absence", (_, cause) => {
  expect(publicError(cause, silent).code).toBe(Code.Internal);
});

it("an unexpected error names the request under which the log has the rest", () => {
  const error = withRequestId("request-1", () => publicError(new Error("secret"), silent));
  expect(error.rawMessage).toBe("internal error (request request-1)");
});
