import { connect } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { toBinary } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { CatalogService, WatchTicketsRequestSchema } from "@ticketing/proto/catalog/v1/catalog_service";
import { startIssuer } from "../../testing/keys.ts";
import { silent, testConfig } from "../../testing/service.ts";
import { reasonOf } from "../process/domain-error.ts";
import { type PublicServer, startPublicServer } from "./public-server.ts";

const LIMIT = 20;
const DROPPED = 300;
const CANCEL = 8;

let issuer: Awaited<ReturnType<typeof startIssuer>>;
let server: PublicServer;
let origin: string;

beforeAll(async () => {
  // The Connect adapter prints each answer that met a closed stream: every one of these.
  jest.spyOn(console, "error").mockImplementation(() => undefined);
  issuer = await startIssuer();
  server = await startPublicServer({
    config: testConfig({ JWKS_URL: issuer.url, MAX_STREAMS_PER_CALLER: LIMIT }),
    log: silent,
    routes: (router) =>
      router.service(CatalogService, {
        async *watchTickets(_, { signal }) {
          yield {};
          while (!signal.aborted) await sleep(5);
        },
      }),
    http: {},
  });
  origin = `http://127.0.0.1:${server.port}`;
});
afterAll(async () => {
  await server.drain(100);
  await issuer.close();
  jest.restoreAllMocks();
});

const ticketIds = ["0192f0c0-1111-7222-8333-444455556666"];
const message = Buffer.from(
  toBinary(WatchTicketsRequestSchema, { $typeName: "ticketing.catalog.v1.WatchTicketsRequest", ticketIds }),
);
const framed = Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]);

/** Opens a view on a connection and drops it after so many milliseconds, or with the connection. */
function openAndDrop(
  session: ReturnType<typeof connect>,
  token: string,
  type: string,
  afterMs: number,
): Promise<void> {
  return new Promise((resolve) => {
    const stream = session.request({
      ":method": "POST",
      ":path": "/ticketing.catalog.v1.CatalogService/WatchTickets",
      "content-type": type,
      authorization: `Bearer ${token}`,
    });
    stream.on("error", () => undefined);
    stream.on("close", () => resolve());
    stream.resume();
    stream.end(framed);
    if (afterMs === 0) stream.close(CANCEL);
    else setTimeout(() => stream.close(CANCEL), afterMs);
  });
}

/** How many views the user can have open at once now, half of them over one protocol and half over another. */
async function places(token: string): Promise<number> {
  const transports = [
    createGrpcTransport({ baseUrl: origin }),
    createConnectTransport({ baseUrl: origin, httpVersion: "2" }),
  ];
  const clients = transports.map((transport) => createClient(CatalogService, transport));
  const closing = new AbortController();
  const opened = await Promise.all(
    Array.from({ length: LIMIT + 5 }, async (_, n) => {
      const views = (clients[n % 2] as (typeof clients)[number]).watchTickets(
        { ticketIds },
        { headers: { authorization: `Bearer ${token}` }, signal: closing.signal },
      );
      const first = views[Symbol.asyncIterator]().next();
      return first.then(() => "open", reasonOf);
    }),
  );
  closing.abort();
  return opened.filter((outcome) => outcome === "open").length;
}

/** Waits until every place is free again, or says how many are. */
async function freePlaces(token: string): Promise<number> {
  let free = 0;
  for (let tries = 0; tries < 20 && free < LIMIT; tries++) {
    await sleep(100);
    free = await places(token);
  }
  return free;
}

describe("hundreds of views that are opened and dropped at once leave every place free", () => {
  it.each(["application/grpc", "application/grpc-web+proto", "application/connect+proto"])(
    "over %s",
    async (type) => {
      const token = await issuer.token({ payload: { sub: type } });
      const session = connect(origin);
      const dropped: Promise<void>[] = [];
      for (let n = 0; n < DROPPED; n++) {
        dropped.push(openAndDrop(session, token, type, n % 4));
        if (n % 10 === 9) await Promise.all(dropped.splice(0));
      }
      session.destroy();
      expect(await freePlaces(token)).toBe(LIMIT);
    },
    30_000,
  );

  it("with their connections", async () => {
    const token = await issuer.token({ payload: { sub: "connections" } });
    for (let n = 0; n < 60; n++) {
      const session = connect(origin);
      session.on("error", () => undefined);
      const views = [1, 2, 3].map(() => openAndDrop(session, token, "application/grpc", 1_000));
      await sleep(n % 4);
      session.destroy();
      await Promise.all(views);
    }
    expect(await freePlaces(token)).toBe(LIMIT);
  }, 30_000);
});
