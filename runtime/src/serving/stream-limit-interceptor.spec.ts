import { setTimeout as sleep } from "node:timers/promises";
import { createClient, createRouterTransport, type Interceptor } from "@connectrpc/connect";
import { describe, expect, it } from "@jest/globals";
import { CatalogService } from "@ticketing/proto/catalog/v1/catalog_service";
import { silent } from "../../testing/service.ts";
import { callerContextKey } from "../identity/identity.ts";
import { errorInfoOf } from "../process/domain-error.ts";
import { createErrorInterceptor } from "./error-interceptor.ts";
import { createStreamLimitInterceptor, type StreamLimits } from "./stream-limit-interceptor.ts";

/** A catalog whose watches never end by themselves; `user` and `from` say who calls. */
function catalog(given: Partial<StreamLimits>) {
  const limits = { perCaller: 2, perAddress: 100, total: 100, ...given };
  const identify: Interceptor = (next) => (request) => {
    const userId = request.header.get("user");
    const expireTime = new Date(Date.now() + 60_000);
    if (userId)
      request.contextValues.set(callerContextKey, { userId, displayName: "", roles: [], expireTime });
    return next(request);
  };
  const transport = createRouterTransport(
    (router) =>
      router.service(CatalogService, {
        searchTickets: () => ({}),
        async *watchTickets({ ticketIds }, { signal }) {
          yield {};
          if (ticketIds[0] === "fails") throw new Error("no");
          while (!signal.aborted) await sleep(5);
        },
      }),
    {
      router: {
        interceptors: [createErrorInterceptor(silent), identify, createStreamLimitInterceptor(limits)],
      },
    },
  );
  const client = createClient(CatalogService, transport);
  /** Opens a watch and returns how to close it, or why it was refused. */
  async function watch(headers: Record<string, string>, ticketIds: string[] = []) {
    const closing = new AbortController();
    const messages = client.watchTickets({ ticketIds }, { headers, signal: closing.signal });
    const iterator = messages[Symbol.asyncIterator]();
    try {
      await iterator.next();
      return async () => {
        closing.abort();
        await iterator.next().catch(() => undefined);
      };
    } catch (error) {
      return errorInfoOf(error);
    }
  }
  return { client, watch };
}
const refused = { reason: "TOO_MANY_STREAMS", metadata: { limit: "2" } };
const from = (address: string) => ({ "x-client-address": address });

describe("open streams", () => {
  it("are bounded for one user and for one address, each by itself", async () => {
    const { watch, client } = catalog({});
    for (const caller of [{ user: "ada" }, { user: "bob" }, from("192.0.2.1"), from("192.0.2.2")]) {
      expect(await watch(caller)).toBeInstanceOf(Function);
      expect(await watch(caller)).toBeInstanceOf(Function);
      expect(await watch(caller)).toMatchObject(refused);
    }
    // What an address claims to be does not make it another.
    const claiming = { ...from("192.0.2.1"), "x-forwarded-for": "203.0.113.5" };
    expect(await watch(claiming)).toMatchObject(refused);
    await client.searchTickets({}, { headers: { user: "ada" } });
  });

  it("count no more once they were closed or failed", async () => {
    const { watch } = catalog({});
    for (let n = 0; n < 5; n++) {
      const close = await watch({ user: "ada" });
      expect(close).toBeInstanceOf(Function);
      if (typeof close === "function") await close();
      const failing = await watch({ user: "ada" }, ["fails"]);
      if (typeof failing === "function") await failing();
    }
    expect(await watch({ user: "ada" })).toBeInstanceOf(Function);
  });

  it("are bounded for one address, whoever opens them there", async () => {
    const { watch } = catalog({ perAddress: 5 });
    const shared = from("192.0.2.1");
    for (const user of ["ada", "bob"]) {
      for (let n = 0; n < 2; n++) expect(await watch({ user, ...shared })).toBeInstanceOf(Function);
    }
    const close = await watch({ user: "eve", ...shared });
    expect(close).toBeInstanceOf(Function);
    const full = { reason: "TOO_MANY_STREAMS", metadata: { limit: "5" } };
    for (const caller of [{ user: "eve", ...shared }, shared])
      expect(await watch(caller)).toMatchObject(full);
    // At another address the same user has more room.
    expect(await watch({ user: "eve", ...from("192.0.2.2") })).toBeInstanceOf(Function);
    if (typeof close === "function") await close();
    expect(await watch(shared)).toBeInstanceOf(Function);
  });

  it("of users leave those without a session at the same address theirs", async () => {
    const { watch } = catalog({});
    const shared = from("192.0.2.1");
    for (let n = 0; n < 2; n++) expect(await watch({ user: "ada", ...shared })).toBeInstanceOf(Function);
    for (let n = 0; n < 2; n++) expect(await watch(shared)).toBeInstanceOf(Function);
  });

  it("are bounded in all, which is told to who has none open as something else", async () => {
    const { watch } = catalog({ total: 3 });
    for (const user of ["a", "b", "c"]) expect(await watch({ user })).toBeInstanceOf(Function);
    const full = { reason: "STREAMS_FULL", metadata: { retryAfter: "5" } };
    expect(await watch({ user: "d" })).toMatchObject(full);
  });
});
