import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DescMethodStreaming, DescMethodUnary } from "@bufbuild/protobuf";
import { Code, type ConnectError, type Transport } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { AuthService } from "@ticketing/proto/auth/v1/auth_service";
import { CatalogService } from "@ticketing/proto/catalog/v1/catalog_service";
import { RetryInfoSchema } from "@ticketing/proto/google/rpc/error_details";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import type { PublicReason } from "@ticketing/proto/reason";
import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import { errorInfoOf } from "@ticketing/runtime/process/domain-error";
import type { EnvoyServer } from "@ticketing/servers/envoy";
import { freePort } from "@ticketing/servers/ports";
import { forEachRouted } from "./src/routed-services.ts";
import { clientsOf, failureOf } from "./testing/clients.ts";
import { startGateway } from "./testing/start-gateway.ts";
import { startUpstream, type Upstream } from "./testing/upstream.ts";

const { getTicket } = TicketService.method;
const FORGED = { cookie: "session=1", origin: "https://evil.example" };

let dir: string;
let upstream: Upstream;
let server: EnvoyServer;
let clients: Record<string, Transport>;
let flooded: Record<string, Transport>;
let floodedServer: EnvoyServer;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "refused-clients-"));
  upstream = await startUpstream();
  const nobody = [`127.0.0.1:${await freePort()}`];
  const here = [upstream.address];
  const clusters = { ...forEachRouted(() => here), auth: nobody, orders: nobody };
  const calm = await startGateway(dir, clusters);
  const strict = await startGateway(dir, clusters, { addressRate: 1 });
  server = calm.server;
  floodedServer = strict.server;
  clients = clientsOf(`http://127.0.0.1:${calm.port}`);
  flooded = clientsOf(`http://127.0.0.1:${strict.port}`);
}, 60_000);
afterAll(async () => {
  await server?.stop();
  await floodedServer?.stop();
  await upstream.close();
  await rm(dir, { recursive: true, force: true });
});

/** How each client ends the same call. */
async function failures(
  method: DescMethodUnary | DescMethodStreaming,
  message?: Record<string, unknown>,
  headers?: Record<string, string>,
): Promise<[string, ConnectError][]> {
  const calls = Object.entries(clients).map(
    async ([name, transport]): Promise<[string, ConnectError]> => [
      name,
      await failureOf(transport, method, message, headers),
    ],
  );
  return Promise.all(calls);
}
const summary = (all: [string, ConnectError][]) =>
  Object.fromEntries(
    all.map(([name, error]) => [name, [Code[error.code], error.rawMessage, errorInfoOf(error)?.reason]]),
  );
const toEach = (code: Code, message: string, reason: PublicReason) =>
  Object.fromEntries(Object.keys(clients).map((name) => [name, [Code[code], message, reason]]));

it("too large a request is refused to each client with a reason", async () => {
  const seen = summary(await failures(getTicket, { ticketId: "x".repeat(70_000) }));
  expect(seen).toEqual(
    toEach(Code.ResourceExhausted, "the request is larger than 64 KiB", "REQUEST_TOO_LARGE"),
  );
});

it.each([
  ["a call", getTicket],
  ["a stream", CatalogService.method.watchTickets],
])("%s with cookies from elsewhere is refused to each client", async (_, method) => {
  const seen = summary(await failures(method, {}, FORGED));
  expect(seen).toEqual(
    toEach(
      Code.PermissionDenied,
      "not allowed: a call with cookies has to come from the marketplace's own pages",
      "ORIGIN_NOT_ALLOWED",
    ),
  );
});

it.each([
  ["a call", AuthService.method.signIn],
  ["a stream", OrderService.method.watchOrder],
])("%s to a service that is away is refused to each client, without its address", async (_, method) => {
  const seen = await failures(method);
  expect(summary(seen)).toEqual(
    toEach(Code.Unavailable, "the service does not answer", "SERVICE_UNAVAILABLE"),
  );
  for (const [, error] of seen) expect(error.findDetails(RetryInfoSchema)).toHaveLength(1);
});

it("a call that gets no answer ends for each client", async () => {
  const seen = summary(await failures({ ...getTicket, name: "Hang" }));
  expect(seen).toEqual(toEach(Code.DeadlineExceeded, "the request or its answer took too long", "TIMED_OUT"));
}, 30_000);

it("a path that hides its slashes is refused to each client", async () => {
  const seen = summary(await failures({ ...getTicket, name: "GetTicket%2f" }));
  expect(seen).toEqual(toEach(Code.InvalidArgument, "this is not a valid HTTP request", "BAD_REQUEST"));
});

it("an unknown service is unimplemented to each client", async () => {
  const seen = summary(await failures(TicketLockService.method.lockTicket));
  expect(seen).toEqual(toEach(Code.Unimplemented, "no such path", "NO_SUCH_PATH"));
});

it("one call of too many is refused to each client with the time to wait", async () => {
  for (const [name, transport] of Object.entries(flooded)) {
    const refused: ConnectError[] = [];
    for (let n = 0; n < 20 && refused.length === 0; n++) {
      const error = await failureOf(transport, AuthService.method.signIn);
      if (error.code !== Code.Unavailable) refused.push(error);
    }
    const [error] = refused;
    expect([name, error?.code]).toEqual([name, Code.ResourceExhausted]);
    expect(errorInfoOf(error)).toMatchObject({ reason: "TOO_MANY_REQUESTS", metadata: { retryAfter: "1" } });
    expect(error?.findDetails(RetryInfoSchema)).toMatchObject([{ retryDelay: { seconds: 1n } }]);
    expect(error?.metadata.get("retry-after")).toBe("1");
  }
});
