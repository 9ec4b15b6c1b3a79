import { randomUUID } from "node:crypto";
import { create, type DescMethod } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "@jest/globals";
import { CatalogService } from "@ticketing/proto/catalog/v1/catalog_service";
import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import fc from "fast-check";
import { newListing } from "../support/stories.ts";
import { reported } from "../support/suite-report.ts";
import { methodsByName } from "./access-matrix.ts";
import { internalRules, publicRules, type Stage } from "./access-rules.ts";
import type { World } from "./attacked-mesh.ts";
import { call, callRaw, type Encoding, type Init } from "./contracts.ts";
import { extremes, FORGED, hostileBinary, hostileJson } from "./hostile-messages.ts";
import { rawHttp } from "./raw-http.ts";
import { openRawClient, type RawClient, type Reply } from "./raw-http2-client.ts";

/** Answers that say what is wrong. INTERNAL or UNKNOWN would mean that something fell over. */
const typed = [
  "ok",
  "invalid_argument",
  "not_found",
  "already_exists",
  "permission_denied",
  "unauthenticated",
  "resource_exhausted",
  "failed_precondition",
  "aborted",
  "out_of_range",
  "unimplemented",
];
const RUNS = process.env.QUICK ? 12 : 80;
/** Most live views that are asked for here have nothing to show. */
const SILENCE_MS = 2_000;

/** Messages that no client of ours would send, at every RPC. */
export function hostileInput(world: () => World): void {
  async function bombard(
    at: RawClient,
    method: DescMethod,
    encoding: Encoding,
    messages: fc.Arbitrary<Buffer>,
    headers: { authorization: string },
  ): Promise<number> {
    let tries = 0;
    await fc.assert(
      fc.asyncProperty(messages, async (message) => {
        tries++;
        const reply = await callRaw(at, method, encoding, message, headers);
        // A version that no ticket has may come yet.
        if (reply.reason === "PROJECTION_BEHIND") return;
        // Ids that do not exist yet are watched in silence.
        if (reply.code === "silent" && method.methodKind !== "unary") return;
        const clear = typed.includes(reply.code) ? reply.code : "a typed error";
        expect([method.name, encoding, summary(reply), reply.code]).toEqual([
          method.name,
          encoding,
          summary(reply),
          clear,
        ]);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    return tries;
  }

  describe("hostile messages", () => {
    it("get a typed answer from every public RPC", async () => {
      await reported("hostile messages to public RPCs", async () => {
        const { wire, stranger, list } = world();
        const methods = await methodsByName();
        const ticket = await list();
        let tries = 0;
        for (const [index, [name, { request }]] of Object.entries(publicRules).entries()) {
          const method = methods.get(name);
          if (!method) throw new Error(`no such RPC: ${name}`);
          // An address each: from one, the gateway would refuse most of them for their number.
          const at = wire(`127.0.3.${index + 1}`, SILENCE_MS);
          const good = request(strangersStage(world(), ticket), "stranger");
          tries += await bombard(at, method, "connect json", hostileJson(method, good), stranger.bearer);
          tries += await bombard(at, method, "connect binary", hostileBinary(method, good), stranger.bearer);
          tries += await bombard(at, method, "grpc-web", hostileBinary(method, good), stranger.bearer);
          tries += await bombard(at, method, "connect binary", extremes(method, good), stranger.bearer);
        }
        return tries;
      });
    });

    it("with times that no calendar has are refused: what cannot be shown must not be stored", async () => {
      await reported("times beyond the calendar", async () => {
        const { wire, stranger } = world();
        const at = wire("127.0.0.65");
        const seconds = [2n ** 62n, -(2n ** 62n), 9_000_000_000_000n, 253_402_300_800n, 4_102_444_800n, -1n];
        const { createTicket } = TicketService.method;
        const { searchTickets } = CatalogService.method;
        for (const second of seconds) {
          const startTime = create(TimestampSchema, { seconds: second });
          const listing = newListing();
          const listed = await call(
            at,
            createTicket,
            { ...listing, event: { ...listing.event, startTime } } as Init,
            stranger.bearer,
            "connect binary",
          );
          expect([second, listed.code, listed.reason]).toEqual([second, "invalid_argument", undefined]);
          if (second > -1n && second < 253_402_300_800n) continue;
          const init = { filter: { startAfter: startTime } } as Init;
          const { code } = await call(at, searchTickets, init, {}, "connect binary");
          expect([second, code]).toEqual([second, second === -1n ? "ok" : "invalid_argument"]);
        }
        return 2 * seconds.length;
      });
    });

    it("get a typed answer from every internal RPC", async () => {
      await reported("hostile messages to internal RPCs", async () => {
        const { services, mesh } = world();
        const methods = await methodsByName();
        let tries = 0;
        for (const [name, { callee, request, allowed }] of Object.entries(internalRules)) {
          const method = methods.get(name);
          if (!method) throw new Error(`no such RPC: ${name}`);
          const at = openRawClient(`http://${mesh.services[callee]?.internal}`);
          const authorization = `Bearer ${await services.get(allowed[0] ?? "")?.tokenFor(callee)}`;
          tries += await bombard(at, method, "grpc", hostileBinary(method, request()), { authorization });
          tries += await bombard(at, method, "grpc", extremes(method, request()), { authorization });
          at.close();
        }
        return tries;
      });
    });

    it("get a typed answer where webhooks arrive, and move nothing", async () => {
      await reported("forged webhooks", async () => {
        const { wire } = world();
        const at = wire("127.0.0.66");
        const now = Math.floor(Date.now() / 1000);
        const signatures = [
          "",
          "t=1,v1=",
          `t=${now},v1=${"0".repeat(64)}`,
          "v1=x".repeat(500),
          `t=${"9".repeat(400)}`,
          newlineless(FORGED),
        ];
        const bodies = [
          "",
          "{}",
          "[".repeat(30_000),
          '{"type":"payment_intent.succeeded","data":null}',
          "\u0000",
          "x".repeat(60_000),
        ];
        for (const signature of signatures) {
          for (const body of bodies) {
            const headers = { "content-type": "application/json", "stripe-signature": signature };
            const reply = await at.post("/webhooks/stripe", headers, body);
            expect([signature, body.slice(0, 40), reply.status, reply.code]).toEqual([
              signature,
              body.slice(0, 40),
              400,
              "invalid_argument",
            ]);
          }
        }
        return signatures.length * bodies.length;
      });
    });

    it("of HTTP itself are refused before any service sees them", async () => {
      await reported("malformed HTTP requests", async () => {
        const { gateway } = world();
        const path = "/ticketing.tickets.v1.TicketService/GetTicket";
        const smuggled = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`;
        const head = (lines: string[]) =>
          `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${lines.join("\r\n")}\r\n\r\n`;
        const json = "Content-Type: application/json";
        const requests = [
          `${head([json, "Content-Length: 4", "Transfer-Encoding: chunked"])}0\r\n\r\n${smuggled}`,
          `${head([json, "Transfer-Encoding: chunked", "Transfer-Encoding: identity"])}0\r\n\r\n${smuggled}`,
          `${head([json, "Transfer-Encoding: xchunked"])}0\r\n\r\n${smuggled}`,
          `${head([json, "Content-Length: 2", "Content-Length: 80"])}{}${smuggled}`,
          `${head([json, "Content-Length: -1"])}{}`,
          `${head([json, "Content-Length: 99999999999999999999"])}{}`,
          `${head([json, "Transfer-Encoding: chunked"])}FFFFFFFFFFFFFFFFF\r\n{}`,
          `${head([json, "X-Null: a\0b", "Content-Length: 2"])}{}`,
          `${head([json, "X-Space : a", "Content-Length: 2"])}{}`,
          `${head([json, "X-Fold: a", " b", "Content-Length: 2"])}{}`,
          `${head([json, `X-Long: ${"a".repeat(20_000)}`, "Content-Length: 2"])}{}`,
          `${head([json, ...Array.from({ length: 100 }, (_, n) => `X-${n}: 1`), "Content-Length: 2"])}{}`,
          `POST ${path} HTTP/1.1\r\n${json}\r\nContent-Length: 2\r\n\r\n{}`,
          `POST ${path} HTTP/9.9\r\nHost: x\r\n\r\n`,
          `CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n`,
          `TRACE ${path} HTTP/1.1\r\nHost: x\r\n\r\n`,
          `${"A".repeat(100)} ${path} HTTP/1.1\r\nHost: x\r\n\r\n`,
          "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
          "\0\0\0\0",
        ];
        const answers = await Promise.all(requests.map((request) => rawHttp(gateway, request)));
        for (const [index, { statuses }] of answers.entries()) {
          const request = requests[index] ?? "";
          // One answer at most, and it is a refusal: nothing of the rest was taken for a second request.
          expect([request.slice(0, 120), statuses]).toEqual([
            request.slice(0, 120),
            statuses.filter((status) => status >= 400).slice(0, 1),
          ]);
        }
        return requests.length;
      });
    });
  });
}

const newlineless = (text: string) => encodeURIComponent(`${text}\n`);

/** What the failure message shows of an answer. */
const summary = ({ status, reason, message }: Reply) => `${status} ${reason ?? ""} ${message ?? ""}`;

/** A stage on which the stranger meets somebody's ticket and no order. */
function strangersStage(world: World, ticket: Ticket): Stage {
  // Only the id is read.
  return {
    world,
    held: ticket,
    free: ticket,
    order: { id: randomUUID() } as Stage["order"],
    delivered: { id: randomUUID() },
  };
}
