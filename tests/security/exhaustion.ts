import { type ClientSessionOptions, connect, constants } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { CatalogService } from "@ticketing/proto/catalog/v1/catalog_service";
import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import { reported } from "../support/suite-report.ts";
import type { World } from "./attacked-mesh.ts";
import { callRaw, contentType, type Encoding, rpcPath } from "./contracts.ts";
import { memoryOf } from "./processes.ts";
import { slowHttp } from "./raw-http.ts";
import { framed, openRawClient, type RawClient } from "./raw-http2-client.ts";

/** What a process may grow by under attack, in MiB: its heap before a collection, never what an attacker sends. */
const GROWTH = 200;
/** 40 MiB of zeros, in 40 KiB and less. */
const zeros = Buffer.alloc(40 * 1024 * 1024);
const bomb = gzipSync(zeros);
const smallerBomb = brotliCompressSync(zeros);
const BOMBS = 20;
const { getTicket } = TicketService.method;
const { searchTickets, watchTickets } = CatalogService.method;

/** Attacks on memory, connections and patience. Meanwhile somebody else goes on searching. */
export function exhaustion(world: () => World): void {
  /** Runs an attack beside a client that wants answers, and holds memory against what it was. */
  async function withstood(attack: () => Promise<number>): Promise<number> {
    const before = memoryOf(world());
    const over = new AbortController();
    const client = openRawClient(world().gateway, "127.0.0.9");
    const searching = (async () => {
      let answers = 0;
      for (; !over.signal.aborted; answers++) {
        const reply = await callRaw(client, searchTickets, "connect json", Buffer.from("{}"));
        expect(reply.code).toBe("ok");
        await sleep(50);
      }
      return answers;
    })();
    let tries = 0;
    try {
      tries = await attack();
    } finally {
      over.abort();
      expect(await searching).toBeGreaterThan(0);
      client.close();
    }
    for (const [name, { peak }] of memoryOf(world())) {
      const grown = Math.round(peak - (before.get(name)?.peak ?? 0));
      expect([name, grown, grown < GROWTH]).toEqual([name, grown, true]);
    }
    return tries;
  }

  describe("exhaustion", () => {
    it("by compressed zeros fails: what a message unfolds to is bounded, in every protocol and port", async () => {
      await reported("compression bombs", () =>
        withstood(async () => {
          const { wire, mesh, services } = world();
          const at = wire("127.0.0.15");
          const internal = openRawClient(`http://${mesh.services.tickets?.internal}`);
          const direct = openRawClient(`http://${mesh.services.catalog?.public}`);
          const authorization = `Bearer ${await services.get("orders")?.tokenFor("tickets")}`;
          const lock = TicketLockService.method.lockTicket;
          const post = (to: RawClient, path: string, type: string, headers: object, body: Uint8Array) =>
            to.post(path, { "content-type": type, te: "trailers", ...headers }, body);
          const grpc: Encoding = "grpc";
          const attacks = [
            () => post(at, rpcPath(getTicket), "application/json", { "content-encoding": "gzip" }, bomb),
            () => post(at, rpcPath(getTicket), "application/proto", { "content-encoding": "gzip" }, bomb),
            () =>
              post(
                at,
                rpcPath(getTicket),
                contentType(getTicket, grpc),
                { "grpc-encoding": "gzip" },
                framed(bomb, 1),
              ),
            () =>
              post(
                at,
                rpcPath(watchTickets),
                "application/connect+json",
                { "connect-content-encoding": "gzip" },
                framed(bomb, 1),
              ),
            () => post(at, rpcPath(getTicket), "application/json", { "content-encoding": "br" }, smallerBomb),
            () =>
              post(direct, rpcPath(searchTickets), "application/json", { "content-encoding": "gzip" }, bomb),
            () =>
              post(
                internal,
                rpcPath(lock),
                contentType(lock, grpc),
                { "grpc-encoding": "gzip", authorization },
                framed(bomb, 1),
              ),
          ];
          for (const [index, attack] of attacks.entries()) {
            const replies = await Promise.all(Array.from({ length: BOMBS }, attack));
            expect([index, new Set(replies.map(({ code }) => code))]).toEqual([
              index,
              new Set(["resource_exhausted"]),
            ]);
          }
          for (const name of ["deflate", "zstd", "gzip, gzip", "nonsense"]) {
            const reply = await post(
              at,
              rpcPath(getTicket),
              "application/json",
              { "content-encoding": name },
              bomb,
            );
            expect([name, reply.code]).toEqual([name, "unimplemented"]);
          }
          internal.close();
          direct.close();
          return attacks.length * BOMBS;
        }),
      );
    });

    it("by requests that are taken back, pings, settings and frames of nothing fails", async () => {
      await reported("HTTP/2 frames that cost the sender nothing", () =>
        withstood(async () => {
          const floods = [rapidReset, pings, settings];
          const sent = await Promise.all(
            floods.map((flood, n) => flood(world().gateway, `127.0.0.${16 + n}`)),
          );
          return sent.reduce((a, b) => a + b, 0);
        }),
      );
    });

    it("by clients that take their time fails: whoever does not finish is let go", async () => {
      if (process.env.QUICK) return;
      await reported("slow requests", () =>
        withstood(async () => {
          const { gateway } = world();
          const path = rpcPath(getTicket);
          const headers = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nX-Slow: `;
          const body = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{`;
          const slow = [headers, body].flatMap((beginning, kind) =>
            Array.from({ length: 60 }, () => slowHttp(gateway, `127.0.0.${30 + kind}`, beginning)),
          );
          for (const { ms, status } of await Promise.all(slow)) {
            expect(ms).toBeLessThan(35_000);
            expect(status).toBe(408);
          }
          return slow.length;
        }),
      );
    });
  });
}

/** The connection of an attacker, which may be cut off at any time. */
function attacker(origin: string, localAddress: string) {
  const session = connect(origin.replace("localhost", "127.0.0.1"), { localAddress } as ClientSessionOptions);
  session.on("error", () => undefined);
  return session;
}

/** Opens requests and takes each back at once (CVE-2023-44487). */
async function rapidReset(origin: string, from: string): Promise<number> {
  let sent = 0;
  for (let connection = 0; connection < 3; connection++) {
    const session = attacker(origin, from);
    for (let n = 0; n < 2_000 && !session.destroyed; n++, sent++) {
      const stream = session.request({
        ":method": "POST",
        ":path": rpcPath(searchTickets),
        "content-type": "application/json",
      });
      stream.on("error", () => undefined);
      stream.close(constants.NGHTTP2_CANCEL);
      if (n % 100 === 0) await sleep(1);
    }
    session.destroy();
  }
  return sent;
}

async function pings(origin: string, from: string): Promise<number> {
  const session = attacker(origin, from);
  let sent = 0;
  for (; sent < 5_000 && !session.destroyed; sent++) {
    session.ping(() => undefined);
    if (sent % 9 === 0) await sleep(1);
  }
  session.destroy();
  return sent;
}

async function settings(origin: string, from: string): Promise<number> {
  const session = attacker(origin, from);
  let sent = 0;
  for (; sent < 2_000 && !session.destroyed; sent++) {
    session.settings({ initialWindowSize: 65_535 + (sent % 2) });
    if (sent % 9 === 0) await sleep(1);
  }
  session.destroy();
  return sent;
}
