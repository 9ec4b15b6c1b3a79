import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ConnectError } from "@connectrpc/connect";
import { describe, expect, it } from "@jest/globals";
import { AuthService } from "@ticketing/proto/auth/v1/auth_service";
import { CatalogService } from "@ticketing/proto/catalog/v1/catalog_service";
import { createClients } from "../support/clients.ts";
import { refusal } from "../support/people.ts";
import { reported } from "../support/suite-report.ts";
import { limits, type World } from "./attacked-mesh.ts";
import { call } from "./contracts.ts";
import type { RawClient, Reply } from "./raw-http2-client.ts";

const { issueToken, signUp } = AuthService.method;
const { searchTickets } = CatalogService.method;

const guess = (at: RawClient, email: string, password: string, headers = {}) =>
  call(at, issueToken, { grant: { case: "credentials", value: { email, password } } }, headers);
const tally = (replies: Reply[]) => {
  const counts: Record<string, number> = {};
  for (const { code, reason } of replies) counts[reason ?? code] = (counts[reason ?? code] ?? 0) + 1;
  return counts;
};

/** Attacks that cost the attacker nothing and take time, memory or tickets from others. */
export function resourceAbuse(world: () => World): void {
  describe("abuse of resources", () => {
    it("of one account by guesses from one address ends after ten, wherever it claims to come from", async () => {
      await reported("wrong passwords for one account", async () => {
        const { wire, buyer } = world();
        const at = wire("127.0.0.20");
        const claims = Array.from({ length: 40 }, (_, n) => ({
          "x-forwarded-for": `203.0.113.${n}`,
          "x-client-address": `203.0.113.${n}`,
          "x-real-ip": `${n}`,
        }));
        const answers = await Promise.all(
          claims.map((claim) => guess(at, buyer.email, "wrong password", claim)),
        );
        const {
          BAD_CREDENTIALS: answered = 0,
          BUSY: busy = 0,
          TOO_MANY_ATTEMPTS: stopped = 0,
          ...others
        } = tally(answers);
        expect(others).toEqual({});
        expect(answered).toBeLessThanOrEqual(10);
        expect(answered + busy + stopped).toBe(40);
        // Those at once may have stood in each other's way; one after another the rest of the ten are answered.
        let guesses = answered;
        while ((await guess(at, buyer.email, "wrong again")).reason === "BAD_CREDENTIALS") guesses++;
        expect(guesses).toBe(10);
        const right = await guess(at, buyer.email, buyer.password);
        expect(right.reason).toBe("TOO_MANY_ATTEMPTS");
        // Its owner, elsewhere, notices nothing.
        const owner = await guess(wire("127.0.0.21"), buyer.email, buyer.password);
        expect(owner.code).toBe("ok");
        world().secrets.add(JSON.parse(owner.body.toString()).refreshToken);
        return answers.length;
      });
    });

    it("of the sign-in by a flood of guesses at many accounts leaves others their sign-in", async () => {
      await reported("sign-ins during a flood of them", async () => {
        const { wire, stranger } = world();
        const flood = Array.from({ length: 2 }, (_, n) => wire(`127.0.0.${22 + n}`)).flatMap((at) =>
          Array.from({ length: 60 }, () => guess(at, `${randomUUID()}@example.com`, "a common password")),
        );
        let waiting = flood.length;
        for (const guessed of flood) void guessed.then(() => waiting--);
        await Promise.race(flood);
        const answer = await guess(wire("127.0.0.25"), stranger.email, stranger.password);
        expect(answer.code).toBe("ok");
        // In its turn, not behind the flood: of those that came before it many still wait.
        expect(waiting).toBeGreaterThan(flood.length / 10);
        world().secrets.add(JSON.parse(answer.body.toString()).refreshToken);
        const counts = tally(await Promise.all(flood));
        const known = ["BAD_CREDENTIALS", "TOO_MANY_ATTEMPTS", "BUSY", "TIMED_OUT"];
        expect(Object.keys(counts).filter((name) => !known.includes(name))).toEqual([]);
        return flood.length;
      });
    });

    it("of sign-up opens a limited number of accounts from one address", async () => {
      await reported("accounts opened from one address", async () => {
        const { wire } = world();
        const at = wire("127.0.0.26");
        const flood = Array.from({ length: limits.signUps + 20 }, () =>
          call(at, signUp, {
            email: `${randomUUID()}@example.com`,
            password: "a password",
            displayName: "Many",
          }),
        );
        const replies = await Promise.all(flood);
        const opened = replies.filter(({ code }) => code === "ok").length;
        expect(opened).toBeLessThanOrEqual(limits.signUps);
        expect(tally(replies).TOO_MANY_ACCOUNTS ?? 0).toBeGreaterThanOrEqual(20);
        return flood.length;
      });
    });

    it("of the gateway by a flood of calls costs nobody else theirs", async () => {
      await reported("calls in a flood from one address", async () => {
        const { wire } = world();
        const at = wire("127.0.0.27");
        const other = wire("127.0.0.28");
        // What the gateway answers by itself costs least: so the flood outruns the limit on a slow machine too.
        const flood = () =>
          Array.from({ length: 4 * limits.addressRate }, (_, n) =>
            at.post("/ticketing.Nowhere/At", { "x-forwarded-for": `203.0.113.${n % 250}` }),
          );
        const others: Reply[] = [];
        let tries = 0;
        let refused: Reply[] = [];
        for (let round = 0; round < 10 && refused.length === 0; round++) {
          const flooding = Promise.all(flood());
          for (let n = 0; n < 10; n++) others.push(await call(other, searchTickets, {}));
          const replies = await flooding;
          tries += replies.length;
          refused = replies.filter(({ status }) => status === 429);
        }
        expect(tally(others)).toEqual({ ok: others.length });
        expect(refused.length).toBeGreaterThan(0);
        for (const { code, headers } of refused) {
          expect([code, headers["retry-after"]]).toEqual(["resource_exhausted", "1"]);
        }
        return tries;
      });
    });

    it("of live views is bounded for each caller, and leaves the others theirs", async () => {
      await reported("live views opened at once", async () => {
        const { gateway, stranger, buyer, lock, list } = world();
        const anonymous = createClients(gateway);
        const ticket = await list();
        const { order } = await lock();
        const closing = new AbortController();
        const options = { signal: closing.signal };
        const open = async (watch: AsyncIterable<unknown>) => {
          const iterator = watch[Symbol.asyncIterator]();
          try {
            await iterator.next();
            return "open";
          } catch (error) {
            return refusal(Promise.reject(ConnectError.from(error))).then(({ reason }) => reason);
          }
        };
        const more = limits.streams + 15;
        const tickets = Array.from({ length: more }, () =>
          open(anonymous.catalog.watchTickets({ ticketIds: [ticket.id] }, options)),
        );
        const orders = Array.from({ length: more }, () =>
          open(buyer.orders.watchOrder({ orderId: order.id }, options)),
        );
        for (const answers of [await Promise.all(tickets), await Promise.all(orders)]) {
          expect(answers.filter((answer) => answer === "open")).toHaveLength(limits.streams);
          expect(answers.filter((answer) => answer === "TOO_MANY_STREAMS")).toHaveLength(15);
        }
        expect(await open(stranger.catalog.watchTickets({ ticketIds: [ticket.id] }, options))).toBe("open");
        closing.abort();
        await buyer.orders.cancelOrder({ orderId: order.id });
        // Once they are closed there is room again.
        for (const end = Date.now() + 60_000; ; await sleep(100)) {
          const again = new AbortController();
          const answer = await open(
            anonymous.catalog.watchTickets({ ticketIds: [ticket.id] }, { signal: again.signal }),
          );
          again.abort();
          if (answer === "open") break;
          expect(Date.now()).toBeLessThan(end);
        }
        return 2 * more;
      });
    });
  });
}
