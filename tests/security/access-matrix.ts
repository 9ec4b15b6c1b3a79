import type { DescMethod } from "@bufbuild/protobuf";
import { describe, expect, it } from "@jest/globals";
import type { Order } from "@ticketing/proto/orders/v1/order";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import { deliverWithRetries, newListing, stories } from "../support/stories.ts";
import { reported } from "../support/suite-report.ts";
import {
  type CallerName,
  COMPLAINT,
  callers,
  DELIVERED_LINK,
  internalRules,
  publicRules,
  type Stage,
} from "./access-rules.ts";
import type { Account, World } from "./attacked-mesh.ts";
import { allServices, call, encodings, rpcName } from "./contracts.ts";
import type { Reply } from "./raw-http2-client.ts";

/** What a reply comes to, as verdicts spell it. */
const outcome = (reply: Reply) => (reply.code === "ok" ? "ok" : (reply.reason ?? reply.code));
/** What a refusal comes to where only the code can be read. */
const codes: Record<string, string> = {
  UNAUTHENTICATED: "unauthenticated",
  NOT_YOUR_TICKET: "permission_denied",
  NOT_YOUR_ORDER: "permission_denied",
  NOT_YOUR_DELIVERY: "permission_denied",
  NOT_YOUR_CASE: "permission_denied",
  ROLE_REQUIRED: "permission_denied",
};

/** Who may do what: every RPC of the contracts, every kind of caller. */
export function accessMatrix(world: () => World): void {
  describe("the access matrix", () => {
    it("has a rule for every RPC of the contracts, and none for others", async () => {
      const rpcs = (await allServices()).flatMap(({ methods }) => methods.map(rpcName));
      const known = [...Object.keys(publicRules), ...Object.keys(internalRules)];
      expect(known.sort()).toEqual(rpcs.sort());
    });

    it("holds: nobody reads or changes what is another's", async () => {
      await reported("RPCs by callers and protocols", async () => {
        const { seller, buyer, stranger, operator, wire, lock, list } = world();
        const delivered = await deliveredOrder(world());
        const free = await list();
        // Last, since it is held for a while only.
        const { ticket: held, order } = await lock();
        const stage: Stage = { world: world(), held, order, free, delivered };
        const methods = await methodsByName();
        const headers: Record<CallerName, object> = {
          anonymous: {},
          stranger: stranger.bearer,
          operator: operator.bearer,
          seller: seller.bearer,
          buyer: buyer.bearer,
        };
        const at = wire("127.0.0.12");
        let tries = 0;
        for (const [name, { request, verdict, parties }] of Object.entries(publicRules)) {
          const method = methods.get(name);
          if (!method) throw new Error(`no such RPC: ${name}`);
          for (const caller of callers) {
            const init = request(stage, caller);
            const reply = await call(at, method, init, { ...headers[caller] });
            expect([name, caller, outcome(reply)]).toEqual([name, caller, verdict[caller]]);
            tries++;
            const text = reply.body.toString();
            for (const word of foreignWords(stage, caller)) expect([name, caller, text]).not.toContain(word);
            if (parties && verdict[caller] === "ok") {
              for (const word of parties.words(stage)) {
                const reads = text.includes(word);
                expect([name, caller, word, reads]).toEqual([
                  name,
                  caller,
                  word,
                  parties.callers.includes(caller),
                ]);
              }
            }
            const refusal = codes[verdict[caller]];
            if (!refusal) continue;
            for (const encoding of encodings.slice(1)) {
              const { code } = await call(at, method, init, { ...headers[caller] }, encoding);
              expect([name, caller, encoding, code]).toEqual([name, caller, encoding, refusal]);
              tries++;
            }
          }
        }
        return tries;
      });
    });

    it("holds for what two users name alike: a request id is each user's own", async () => {
      const { seller, stranger, wire } = world();
      const request = newListing();
      const at = wire("127.0.0.12");
      const replies = [];
      for (const { bearer } of [seller, stranger])
        replies.push(await call(at, TicketService.method.createTicket, request, bearer));
      const [one, other] = replies.map(({ body }) => JSON.parse(body.toString()).ticket);
      expect(one.id).not.toBe(other.id);
      expect([one.sellerId, other.sellerId]).toEqual([seller.userId, stranger.userId]);
    });
  });
}

/** An order whose seller has delivered. From then on no log and no event may have what was delivered. */
async function deliveredOrder({ mesh, seller, buyer, secrets }: World): Promise<Order> {
  secrets.add(DELIVERED_LINK);
  secrets.add(COMPLAINT);
  const named = (account: Account) => ({ ...account, displayName: "" });
  const { order } = await stories.purchase(mesh, named(seller), named(buyer));
  await deliverWithRetries(named(seller), order, { case: "link", value: DELIVERED_LINK });
  return order;
}

/** What the answer to a caller may never hold: the others' addresses, passwords and tokens. */
function foreignWords({ world }: Stage, caller: CallerName): string[] {
  const { seller, buyer, stranger, operator } = world;
  const accounts = Object.entries({ seller, buyer, stranger, operator });
  return accounts
    .filter(([name]) => name !== caller)
    .flatMap(([, { email, password, accessToken, refreshToken }]) => [
      email,
      password,
      accessToken,
      refreshToken,
    ]);
}

/** The methods of all contracts by their names in verdicts. */
export async function methodsByName(): Promise<Map<string, DescMethod>> {
  return new Map(
    (await allServices()).flatMap(({ methods }) => methods.map((method) => [rpcName(method), method])),
  );
}
