import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { enter, type Person } from "../support/clients.ts";
import { listTicket, lockTicket, refusal } from "../support/people.ts";
import { eventually, startTestMesh, type TestMesh } from "../support/test-mesh.ts";
import { decisionJourneys } from "./operators-decisions.ts";
import { proposalJourneys } from "./proposals.ts";

let mesh: TestMesh;
let seller: Person;
let buyer: Person;
let stranger: Person;

beforeAll(async () => {
  mesh = await startTestMesh();
  [seller, buyer, stranger] = (await Promise.all(["seller", "buyer", "stranger"].map(mesh.person))) as [
    Person,
    Person,
    Person,
  ];
}, 120_000);
afterAll(() => mesh?.close(), 60_000);

const post = async (path: string, body: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${mesh.addresses.gateway}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
    signal: AbortSignal.timeout(15_000),
  });
  const text = await response.text();
  return { status: response.status, code: text.startsWith("{") ? JSON.parse(text).code : text };
};
const password = randomUUID();
/** The one operator of this mesh. */
const operator = () =>
  enter(mesh.addresses.gateway, { email: "operator@example.com", password, displayName: "Operator" });
const list = () => listTicket(seller, `Refusal ${randomUUID().slice(0, 8)}`, 1_500n);

describe("what is wrong gets a typed answer", () => {
  it("an unknown method, a message that is none, and one that breaks its constraints", async () => {
    expect(await post("/ticketing.tickets.v1.TicketService/Nothing", "{}")).toMatchObject({ status: 404 });
    expect(await post("/ticketing.tickets.v1.TicketService/GetTicket", "{nonsense")).toMatchObject({
      code: "invalid_argument",
    });
    expect(await post("/ticketing.tickets.v1.TicketService/GetTicket", '{"ticketId":"7"}')).toMatchObject({
      code: "invalid_argument",
    });
    expect(
      await post("/ticketing.tickets.v1.TicketService/GetTicket", "{}", { "content-type": "text/plain" }),
    ).toMatchObject({ status: 415 });
  });

  it("no token, a forged one, one signed by somebody else", async () => {
    const path = "/ticketing.tickets.v1.TicketService/ListMyTickets";
    expect(await post(path, "{}")).toMatchObject({ status: 401, code: "unauthenticated" });
    for (const token of ["x", "a.b.c", `${Buffer.from('{"alg":"none"}').toString("base64url")}.e30.`]) {
      expect(await post(path, "{}", { authorization: `Bearer ${token}` })).toMatchObject({
        status: 401,
        code: "unauthenticated",
      });
    }
  });

  it("an unsigned webhook", async () => {
    expect(await post("/webhooks/stripe", "{}")).toMatchObject({ status: 400 });
  });

  it("another user's order, ticket and payment", async () => {
    const ticket = await list();
    const order = await lockTicket(buyer, ticket);
    const orderId = order.id;
    expect((await refusal(stranger.orders.getOrder({ orderId }))).reason).toBe("NOT_YOUR_ORDER");
    expect((await refusal(stranger.orders.cancelOrder({ orderId }))).reason).toBe("NOT_YOUR_ORDER");
    expect((await refusal(stranger.payments.startPayment({ orderId }))).reason).toBe("NOT_YOUR_ORDER");
    expect((await refusal(seller.orders.cancelOrder({ orderId }))).reason).toBe("NOT_YOUR_ORDER");
    const { version } = ticket;
    const theft = stranger.tickets.withdrawTicket({ ticketId: ticket.id, version });
    expect((await refusal(theft)).reason).toBe("NOT_YOUR_TICKET");
    const seen = await stranger.tickets.getTicket({ ticketId: ticket.id });
    expect(seen.ticket?.lock?.orderId).toBe("");
  });

  it("one's own ticket, a changed price, a stale version, what does not exist", async () => {
    const ticket = await list();
    expect((await refusal(lockTicket(seller, ticket))).reason).toBe("OWN_TICKET");
    const edit = {
      ticketId: ticket.id,
      version: ticket.version,
      price: { minorUnits: 1_700n, currency: "USD" },
    };
    await seller.tickets.updateTicket(edit);
    const changed = await refusal(lockTicket(buyer, ticket));
    expect(changed).toEqual({ reason: "PRICE_CHANGED", metadata: { minorUnits: "1700", currency: "USD" } });
    expect((await refusal(seller.tickets.updateTicket(edit))).reason).toBe("STALE_VERSION");
    const nowhere = buyer.tickets.getTicket({ ticketId: randomUUID() });
    expect((await refusal(nowhere)).reason).toBe("TICKET_NOT_FOUND");
  });

  it("more tickets at a time than a buyer may hold", async () => {
    const tickets = await Promise.all(Array.from({ length: 5 }, list));
    const results = await Promise.allSettled(tickets.map((ticket) => lockTicket(stranger, ticket)));
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(4);
    const [over] = results.filter((result) => result.status === "rejected");
    expect((await refusal(Promise.reject(over?.reason))).reason).toBe("LOCK_LIMIT");
  });

  it("one request_id for sixty tickets, of which one at most is locked", async () => {
    const hoarder = await mesh.person("hoarder");
    const tickets = await Promise.all(Array.from({ length: 60 }, list));
    const requestId = randomUUID();
    const results = await Promise.allSettled(
      tickets.map(({ id, price }) =>
        hoarder.orders.createOrder({ requestId, ticketId: id, expectedPrice: price }),
      ),
    );
    for (const result of results) {
      if (result.status === "fulfilled") continue;
      const { reason } = await refusal(Promise.reject(result.reason));
      expect(["REQUEST_ID_REUSED", "CONTENTION"]).toContain(reason);
    }
    const seen = await Promise.all(tickets.map(({ id }) => hoarder.tickets.getTicket({ ticketId: id })));
    const locked = seen.filter(({ ticket }) => ticket?.status === TicketStatus.LOCKED);
    expect(locked.length).toBeLessThanOrEqual(1);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(locked.length);
  }, 60_000);

  it("a ticket that its buyer just let go, while a rival who asks again and again gets it", async () => {
    const [ticket, first, rival] = [await list(), await mesh.person("first"), await mesh.person("rival")];
    const { id: orderId } = await lockTicket(first, ticket);
    await first.orders.cancelOrder({ orderId });
    const relock = async (): Promise<string> => {
      const { reason } = await refusal(lockTicket(first, ticket));
      return reason === "TICKET_LOCKED" ? relock() : reason;
    };
    expect(await relock()).toBe("RELOCK_TOO_SOON");
    const order = await eventually(() => lockTicket(rival, ticket));
    expect(order.ticketId).toBe(ticket.id);
  });

  it("no id for being written in capitals", async () => {
    const ticket = await list();
    const shout = (text: string) => text.toUpperCase();
    const ios = await mesh.person("ios");
    const wish = { requestId: randomUUID(), ticketId: ticket.id, expectedPrice: ticket.price };
    const { order } = await ios.orders.createOrder(wish);
    const again = { ...wish, requestId: shout(wish.requestId), ticketId: shout(wish.ticketId) };
    expect((await ios.orders.createOrder(again)).order?.id).toBe(order?.id);
    const orderId = shout(order?.id ?? "");
    expect((await ios.payments.startPayment({ orderId })).clientSecret).not.toBe("");
    for await (const { ticket: seen } of ios.catalog.watchTickets({ ticketIds: [shout(ticket.id)] })) {
      if (!seen) continue;
      expect(seen.ticket?.id).toBe(ticket.id);
      break;
    }
    expect((await ios.orders.cancelOrder({ orderId })).order?.cancelRequestedTime).toBeDefined();
  });
});

proposalJourneys(() => ({ seller, stranger }), operator);
decisionJourneys(() => ({ mesh, buyer }), operator);
