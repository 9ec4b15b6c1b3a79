import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { CatalogService } from "@ticketing/proto/catalog/v1/catalog_service";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import { openTransportSecurity } from "@ticketing/runtime/process/transport-security";
import { startPublicServer } from "@ticketing/runtime/serving/public-server";
import { silent, testConfig } from "@ticketing/runtime/testing/service";
import { type Authority, makeAuthority } from "@ticketing/servers/certificates";
import { mountSecret } from "./testing/mounted-secret.ts";
import { type GatewayPod, startPod } from "./testing/start-pod.ts";
import { startUpstream } from "./testing/upstream.ts";

const id = "0192f0c0-1111-7222-8333-444455556666";
const authority = makeAuthority("first");
const next = makeAuthority("second");
const own = authority.issue({ names: ["gateway"] });

let dir: string;
let secret: Awaited<ReturnType<typeof mountSecret>>;
let pod: GatewayPod;
const closing: (() => unknown)[] = [];

/** A folder of a Secret with a certificate for this name. */
async function folderFor(name: string, by: Authority): Promise<string> {
  const folder = join(dir, `${name} of ${by === next ? "the second" : "the first"}`);
  await mkdir(folder);
  await mountSecret(folder, by.issue({ names: [name, `${name}.ticketing.svc`] }), authority.cert);
  return folder;
}

/** The public port of a service that shows a certificate for this name; its address. */
async function startService(name: string, by = authority): Promise<string> {
  const security = await openTransportSecurity(await folderFor(name, by), silent);
  const server = await startPublicServer({
    config: testConfig(),
    log: silent,
    security,
    routes: (router) =>
      router
        .service(TicketService, { getTicket: () => ({ ticket: { id } }) })
        .service(CatalogService, { listEvents: () => ({}) }),
    http: {},
  });
  closing.push(
    () => server.drain(100),
    () => security?.close(),
  );
  return `127.0.0.1:${server.port}`;
}

async function startWeb(): Promise<string> {
  const server = createServer(authority.issue({ names: ["web"] }), (_, response) => response.end("<html>"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "upstream-tls-"));
  const TLS_DIR = join(dir, "gateway");
  await mkdir(TLS_DIR);
  secret = await mountSecret(TLS_DIR, own, authority.cert);
  const plain = await startUpstream();
  closing.push(plain.close);
  pod = await startPod(dir, plain.address, {
    TLS_DIR,
    TICKETS_ADDRESS: await startService("tickets"),
    ORDERS_ADDRESS: await startService("payments"),
    CATALOG_ADDRESS: await startService("catalog", next),
    WEB_ADDRESS: await startWeb(),
  });
}, 60_000);
afterAll(async () => {
  await pod?.server.stop();
  for (const close of closing) await close();
  await rm(dir, { recursive: true, force: true });
}, 30_000);

const call = async (method: string): Promise<[number, unknown]> => {
  const response = await fetch(`${pod.origin}/ticketing.${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(method === GET_TICKET ? { ticketId: id } : {}),
  });
  return [response.status, await response.json()];
};
const GET_TICKET = "tickets.v1.TicketService/GetTicket";
const LIST_EVENTS = "catalog.v1.CatalogService/ListEvents";
const unavailable = [503, expect.objectContaining({ code: "unavailable" })];

describe("a gateway that calls services by TLS", () => {
  it("reaches those that show their names, gRPC and pages", async () => {
    expect(await call(GET_TICKET)).toEqual([200, { ticket: { id } }]);
    expect(await (await fetch(`${pod.origin}/`)).text()).toBe("<html>");
  });

  it.each([
    ["shows another's name", "orders.v1.OrderService/GetOrder"],
    ["speaks plain text", "payments.v1.PaymentService/GetPayment"],
    ["is vouched for by others", LIST_EVENTS],
  ])("sends nothing to a service that %s", async (_, method) => {
    expect(await call(method)).toEqual(unavailable);
  });

  it("trusts whom the Secret names now, without a restart", async () => {
    await secret.renew(own, authority.cert + next.cert);
    while ((await call(LIST_EVENTS))[0] !== 200) await sleep(50);
    expect((await call(GET_TICKET))[0]).toBe(200);
  });
});
