import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { routedServices } from "@ticketing/gateway/routed-services";
import { serviceNames } from "@ticketing/launcher/service-names";
import { RetryInfoSchema } from "@ticketing/proto/google/rpc/error_details";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { type Ticket, TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { grpcServing, httpOk } from "@ticketing/servers/probe";
import { bearer, clientsOver, type Person } from "../support/clients.ts";
import { listTicket, lockTicket, pay, watchUntil } from "../support/people.ts";
import { eventually, startTestMesh } from "../support/test-mesh.ts";
import { purchaseJourneys, type Stage } from "./purchase.ts";

let stage: Stage;

beforeAll(async () => {
  const mesh = await startTestMesh({ LOCK_LIMIT: "1000", LAPSE_LIMIT: "1000" }, { replicas: 2 });
  const [seller, buyer] = await Promise.all([mesh.person("seller"), mesh.person("buyer")]);
  stage = { mesh, seller, buyer };
}, 120_000);
afterAll(() => stage?.mesh.close(), 60_000);

purchaseJourneys(() => stage, { replicas: 2, raceRounds: 5 });

/** The person's calls, all at one process instead of through the gateway. */
function at(name: string, person: Person): Person {
  const address = stage.mesh.services[name]?.public;
  if (!address) throw new Error(`${name} has no public port`);
  const interceptors = [bearer(() => person.accessToken)];
  return { ...person, ...clientsOver(createGrpcTransport({ baseUrl: `http://${address}`, interceptors })) };
}

const list = () => listTicket(stage.seller, `Twice ${randomUUID().slice(0, 8)}`, 4_000n);

/** Begins to watch and resolves at the first answer, with a promise for the ticket's change to this status. */
async function watchTicket(person: Person, { id }: Ticket, status: TicketStatus) {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(15_000)]);
  const answers = person.catalog.watchTickets({ ticketIds: [id] }, { signal })[Symbol.asyncIterator]();
  await answers.next();
  const seen = async () => {
    for (;;) {
      const { done, value } = await answers.next();
      if (done) throw new Error(`the watch ended before ${TicketStatus[status]}`);
      if (value.ticket?.ticket?.status === status) return over.abort();
    }
  };
  return { seen: seen() };
}

/** Both replicas called by name, and through the gateway. */
const doors = (service: string): ((person: Person) => Person)[] => [
  (person) => at(service, person),
  (person) => at(`${service}-2`, person),
  (person) => person,
];

describe("two replicas of everything", () => {
  it("take page tokens of search from each other", async () => {
    for (let n = 0; n < 2; n++) await list();
    const [one, other] = [at("catalog", stage.buyer), at("catalog-2", stage.buyer)];
    const pageOf = (person: Person, pageToken = "") =>
      person.catalog.searchTickets({ filter: { query: "twice" }, pageSize: 1, pageToken });
    const { nextPageToken } = await eventually(async () => {
      const page = await pageOf(one);
      expect(page.nextPageToken).not.toBe("");
      return page;
    });
    const pages = await Promise.all([pageOf(one, nextPageToken), pageOf(other, nextPageToken)]);
    const [own, others] = pages.map(({ tickets }) => tickets.map(({ ticket }) => ticket?.id));
    expect(own).toHaveLength(1);
    expect(others).toEqual(own);
  }, 30_000);

  it.each([0, 1, 2])(
    "show an order to whoever watches, whichever replica changes it (way %i)",
    async (way) => {
      const { buyer } = stage;
      const order = await lockTicket(buyer, await list());
      const watches = doors("orders").map((door) =>
        watchUntil(door(buyer), order.id, OrderStatus.CANCELLED, 15_000),
      );
      await doors("orders")[way]?.(buyer).orders.cancelOrder({ orderId: order.id });
      await Promise.all(watches);
    },
    30_000,
  );

  it.each([0, 1, 2])(
    "show a ticket to whoever watches, whichever replica locks and edits it (way %i)",
    async (way) => {
      const { seller, buyer } = stage;
      const ticket = await list();
      await eventually(async () => {
        const { tickets } = await buyer.catalog.searchTickets({ filter: { query: ticket.title } });
        return tickets.length > 0 || undefined;
      });
      const watching = (status: TicketStatus) =>
        Promise.all(doors("catalog").map((door) => watchTicket(door(buyer), ticket, status)));
      const locked = await watching(TicketStatus.LOCKED);
      const ordering = doors("orders")[way] as (person: Person) => Person;
      const order = await lockTicket(ordering(buyer), ticket);
      await Promise.all(locked.map(({ seen }) => seen));
      const free = await watching(TicketStatus.AVAILABLE);
      await ordering(buyer).orders.cancelOrder({ orderId: order.id });
      await Promise.all(free.map(({ seen }) => seen));
      const withdrawn = await watching(TicketStatus.WITHDRAWN);
      const selling = (doors("tickets")[way] as (person: Person) => Person)(seller);
      const { ticket: now } = await selling.tickets.getTicket({ ticketId: ticket.id });
      await selling.tickets.withdrawTicket({ ticketId: ticket.id, version: now?.version });
      await Promise.all(withdrawn.map(({ seen }) => seen));
    },
    60_000,
  );

  it("open one order for a request that is sent to both at once", async () => {
    const { buyer } = stage;
    for (let round = 0; round < 10; round++) {
      const ticket = await list();
      const request = { requestId: randomUUID(), ticketId: ticket.id, expectedPrice: ticket.price };
      const answers = await Promise.all(
        [...doors("orders"), ...doors("orders")].map((door) => door(buyer).orders.createOrder(request)),
      );
      expect(new Set(answers.map(({ order }) => order?.id)).size).toBe(1);
    }
  }, 60_000);

  it("go on as one while the other is gone, and callers do not notice", async () => {
    const { mesh, seller, buyer } = stage;
    const cast = { alice: seller, bob: buyer, carol: buyer, stripe: mesh.addresses.stripe };
    const services = routedServices.filter((name) => name !== "auth");
    for (const lost of [services, services.map((service) => `${service}-2`)]) {
      await Promise.all(lost.map((name) => mesh.process(name).kill()));
      // What was under way to the lost ones may have failed; whoever comes from now on does not notice.
      await eventually(list);
      for (let calls = 0; calls < 10; calls++) {
        const ticket = await list();
        await buyer.tickets.getTicket({ ticketId: ticket.id });
        await buyer.catalog.searchTickets({ filter: { query: "twice" } });
        const order = await lockTicket(buyer, ticket);
        if (calls % 5 === 0) await pay(cast, buyer, order, OrderStatus.COMPLETE);
      }
      await Promise.all(lost.map((name) => mesh.process(name).start()));
    }
  }, 120_000);

  it("stay reachable while the database is away, serve what needs none, and all of it as soon as it is back", async () => {
    const { mesh, buyer } = stage;
    const ticket = await list();
    const left = new AbortController();
    const ended: string[] = [];
    const views = doors("catalog").map(async (door, n) => {
      const answers = door(buyer).catalog.watchTickets({ ticketIds: [ticket.id] }, { signal: left.signal });
      const ends = async () => {
        for await (const _ of answers);
      };
      await ends().catch((error: unknown) => left.signal.aborted || ended.push(`${n}: ${error}`));
    });
    const search = (door: (person: Person) => Person) =>
      door(buyer).catalog.searchTickets({ filter: { query: "twice" } });
    const read = (door: (person: Person) => Person) => door(buyer).tickets.getTicket({ ticketId: ticket.id });
    await Promise.all(doors("tickets").map(read));

    await mesh.process("mongo").kill();
    try {
      const over = Date.now() + 6_000;
      const refusals = doors("tickets").map(async (door) => {
        while (Date.now() < over) {
          const begun = Date.now();
          const error = ConnectError.from(await read(door).catch((error: unknown) => error));
          expect([error.code, reasonOf(error)]).toEqual([Code.Unavailable, "DATABASE_UNAVAILABLE"]);
          expect(error.findDetails(RetryInfoSchema)).toHaveLength(1);
          expect(Date.now() - begun).toBeLessThan(5_000);
        }
      });
      for (; Date.now() < over; await sleep(500)) {
        const addresses = Object.values(mesh.services).flatMap(({ internal }) => internal ?? []);
        expect(addresses).toHaveLength(2 * serviceNames.length);
        await Promise.all(addresses.map((address) => grpcServing(address, "", 3_000)));
        await httpOk(`${mesh.addresses.gateway}/.well-known/jwks.json`, 3_000);
        // Search has all that it needs in files of its own.
        await Promise.all(doors("catalog").map(search));
      }
      await Promise.all(refusals);
    } finally {
      await mesh.process("mongo").start();
    }
    const back = Date.now();
    await Promise.all(doors("tickets").map((door) => eventually(() => read(door), 10_000)));
    expect(Date.now() - back).toBeLessThan(2_000);
    expect(ended).toEqual([]);
    left.abort();
    await Promise.all(views);
  }, 60_000);
});
