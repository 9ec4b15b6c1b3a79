import { randomUUID } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { RetryInfoSchema } from "@ticketing/proto/google/rpc/error_details";
import { Category, TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { CreateTicketRequestSchema, TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import type { Database } from "@ticketing/runtime/documents/database";
import { DomainError, reasonOf } from "@ticketing/runtime/process/domain-error";
import { createRateLimit } from "@ticketing/runtime/process/rate-limit";
import { clientOf, type SpecCaller } from "@ticketing/runtime/testing/calls";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { defaultFees } from "@ticketing/runtime/values/fees-config";
import { createSpecDirectory } from "../testing/spec-directory.ts";
import { createEventSettling } from "./settle-events.ts";
import { ticketAggregate } from "./ticket-aggregate.ts";
import { createTicketService } from "./ticket-service.ts";

let now = new Date(Date.UTC(2030, 0, 1));
let listingsEnd = false;
let database: Database;
let as: (caller: SpecCaller) => ReturnType<typeof clientOf<typeof TicketService>>;

beforeAll(async () => {
  database = await openSpecDatabase();
  const tickets = await ticketAggregate.store(database.db);
  const clock = () => now;
  const room = {
    requireListingRoom() {
      if (listingsEnd) throw new DomainError("EVENTS_FULL", "full", {}, 60_000);
    },
  };
  const listingLimit = createRateLimit({ count: 100, windowMs: 3_600_000 }, clock);
  const buyers = { find: async () => null };
  const directory = createSpecDirectory();
  const log = { warn: () => undefined };
  const settling = createEventSettling({ tickets, directory, clock });
  const service = createTicketService({
    ...{ tickets, directory, settling, room, buyers, listingLimit, fees: defaultFees, clock, log },
  });
  as = (caller) => clientOf(TicketService, service, caller);
}, 60_000);
afterAll(() => database?.close());

const seller = { user: "seller" };
const reason = (call: Promise<unknown>) => call.then(() => "done", reasonOf);
const offer = (changes = {}) => ({
  requestId: randomUUID(),
  title: "Jazz",
  category: Category.CONCERT,
  event: {
    title: "Jazz",
    venue: "Hall",
    city: "Oslo",
    startTime: timestampFromDate(new Date(now.getTime() + 1e9)),
  },
  seat: { section: "A", row: "1", number: "2" },
  price: { minorUnits: 4_500n, currency: "USD" },
  ...changes,
});
async function listed() {
  const { ticket } = await as(seller).createTicket(offer());
  if (!ticket) throw new Error("no ticket");
  return ticket;
}

describe("listing a ticket", () => {
  it("makes one ticket of the same request, also when it comes many times at once", async () => {
    const request = offer();
    const answers = await Promise.all(Array.from({ length: 6 }, () => as(seller).createTicket(request)));
    expect(new Set(answers.map(({ ticket }) => ticket?.id)).size).toBe(1);
    expect(answers[0]?.ticket).toMatchObject({
      status: TicketStatus.AVAILABLE,
      sellerName: "seller",
      version: 1n,
    });
  });

  it("refuses a used request_id for something else, and keeps those of two sellers apart", async () => {
    const request = offer();
    const { ticket } = await as(seller).createTicket(request);
    expect(await reason(as(seller).createTicket({ ...request, title: "Rock" }))).toBe("REQUEST_ID_REUSED");
    const other = await as({ user: "other" }).createTicket({ ...request, title: "Rock" });
    expect(other.ticket?.id).not.toBe(ticket?.id);
  });

  it("knows a request again that says something beside which is not understood here", async () => {
    const request = create(CreateTicketRequestSchema, offer());
    const first = await as(seller).createTicket(request);
    const beside = { no: 127, wireType: WireType.Varint, data: new Uint8Array([1]) };
    const again = await as(seller).createTicket({ ...request, $unknown: [beside] });
    expect(again.ticket?.id).toBe(first.ticket?.id);
  });

  it("needs a session", async () => {
    await expect(as("nobody").createTicket(offer())).rejects.toMatchObject({ code: Code.Unauthenticated });
  });
});

describe("editing a ticket", () => {
  it("changes what is given and leaves the rest", async () => {
    const { id: ticketId, version } = await listed();
    const price = { minorUnits: 9_900n, currency: "USD" };
    const { ticket } = await as(seller).updateTicket({ ticketId, version, price });
    expect(ticket).toMatchObject({ title: "Jazz", price, version: version + 1n });
  });

  it("with an old version is aborted: somebody must look again", async () => {
    const { id: ticketId, version } = await listed();
    await as(seller).updateTicket({ ticketId, version, title: "Rock" });
    const stale = as(seller).updateTicket({ ticketId, version, title: "Pop" });
    const error = await stale.catch((thrown: unknown) => ConnectError.from(thrown));
    expect(error).toMatchObject({ code: Code.Aborted });
  });

  it("is made once of the same request, whatever became of the ticket before its repeat", async () => {
    const { id: ticketId, version } = await listed();
    const request = { ticketId, version, title: "Rock", requestId: randomUUID() };
    const answers = await Promise.all(Array.from({ length: 6 }, () => as(seller).updateTicket(request)));
    const { ticket } = await as(seller).updateTicket(request);
    expect(answers).toEqual(answers.map(() => ({ ...answers[0], ticket })));
    expect(ticket).toMatchObject({ title: "Rock", version: version + 1n });
    await as(seller).withdrawTicket({ ticketId, version: version + 1n });
    const { ticket: late } = await as(seller).updateTicket(request);
    expect(late).toMatchObject({ title: "Rock", status: TicketStatus.WITHDRAWN, version: version + 2n });
  });

  it("refuses a used request_id for something else, and keeps those of two tickets apart", async () => {
    const [one, other] = [await listed(), await listed()];
    const requestId = randomUUID();
    const edit = (ticket: typeof one, title: string, version = ticket.version) =>
      reason(as(seller).updateTicket({ ticketId: ticket.id, version, title, requestId }));
    expect(await edit(one, "Rock")).toBe("done");
    expect(await edit(one, "Pop", one.version + 1n)).toBe("REQUEST_ID_REUSED");
    expect(await edit(other, "Pop")).toBe("done");
    expect((await as(seller).getTicket({ ticketId: one.id })).ticket?.title).toBe("Rock");
  });

  it("that was refused is tried anew by its repeat", async () => {
    const { id: ticketId, version } = await listed();
    const request = { ticketId, version: version + 1n, title: "Rock", requestId: randomUUID() };
    expect(await reason(as(seller).updateTicket(request))).toBe("STALE_VERSION");
    await as(seller).updateTicket({ ticketId, version, title: "Pop" });
    expect(await reason(as(seller).updateTicket(request))).toBe("done");
  });

  it("is limited to thirty times a minute of one ticket, and says when the next may be", async () => {
    const { id: ticketId, version } = await listed();
    const other = await listed();
    const before = now;
    const edit = (made: number) =>
      as(seller).updateTicket({ ticketId, version: version + BigInt(made), title: "Rock" });
    for (let made = 0; made < 30; made++) {
      await edit(made);
      now = new Date(now.getTime() + 1000);
    }
    const error = await edit(30).catch((thrown: unknown) => ConnectError.from(thrown));
    expect(error).toMatchObject({ code: Code.ResourceExhausted });
    expect(reasonOf(error)).toBe("TOO_MANY_EDITS");
    const [wait] = (error as ConnectError).findDetails(RetryInfoSchema);
    expect(wait).toMatchObject({ retryDelay: { seconds: 30n } });
    const retryTime = new Date(before.getTime() + 60_000);
    await as(seller).updateTicket({ ticketId: other.id, version: other.version, title: "Rock" });
    now = new Date(retryTime.getTime() - 1);
    expect(await reason(edit(30))).toBe("TOO_MANY_EDITS");
    now = retryTime;
    expect(await reason(edit(30))).toBe("done");
    now = before;
  });

  it("is the seller's alone", async () => {
    const { id: ticketId, version } = await listed();
    const other = as({ user: "other" });
    expect(await reason(other.updateTicket({ ticketId, version, title: "Mine" }))).toBe("NOT_YOUR_TICKET");
    expect(await reason(other.withdrawTicket({ ticketId, version }))).toBe("NOT_YOUR_TICKET");
    expect(await reason(other.updateTicket({ ticketId: randomUUID(), version }))).toBe("TICKET_NOT_FOUND");
  });
});

describe("a ticket whose event began", () => {
  it("is expired wherever it is shown, until its seller takes it off sale or gives it a new start", async () => {
    const lister = as({ user: randomUUID() });
    const listed = [await lister.createTicket(offer()), await lister.createTicket(offer())];
    const [first, second] = listed.flatMap(({ ticket }) => ticket ?? []);
    const before = now;
    now = new Date(now.getTime() + 1e9);
    const { ticket: read } = await as("nobody").getTicket({ ticketId: first?.id ?? "" });
    expect(read?.status).toBe(TicketStatus.EXPIRED);
    const { tickets } = await lister.listMyTickets({});
    expect(tickets.map(({ status }) => status)).toEqual([TicketStatus.EXPIRED, TicketStatus.EXPIRED]);
    const withdrawn = await lister.withdrawTicket({
      ticketId: first?.id ?? "",
      version: first?.version ?? 0n,
    });
    expect(withdrawn.ticket?.status).toBe(TicketStatus.WITHDRAWN);
    const postponed = { ...offer().event, startTime: timestampFromDate(new Date(now.getTime() + 1e9)) };
    const edited = await lister.updateTicket({
      ticketId: second?.id ?? "",
      version: second?.version ?? 0n,
      event: postponed,
    });
    expect(edited.ticket?.status).toBe(TicketStatus.AVAILABLE);
    now = before;
  });
});

describe("a flood of listings", () => {
  it("ends before the room for buyers does, and withdrawing goes on", async () => {
    const request = offer();
    const { ticket } = await as(seller).createTicket(request);
    const { id: ticketId = "", version = 0n } = ticket ?? {};
    listingsEnd = true;
    try {
      expect(await reason(as(seller).createTicket(offer()))).toBe("EVENTS_FULL");
      expect(await reason(as(seller).updateTicket({ ticketId, version, title: "Other" }))).toBe(
        "EVENTS_FULL",
      );
      expect(await reason(as(seller).createTicket(request))).toBe("done");
      expect(await reason(as(seller).withdrawTicket({ ticketId, version }))).toBe("done");
    } finally {
      listingsEnd = false;
    }
  });

  it("is one seller's own trouble, and passes", async () => {
    const flood = as({ user: randomUUID() });
    const request = offer();
    const { ticket } = await flood.createTicket(request);
    const { id: ticketId = "", version = 0n } = ticket ?? {};
    const edit = { ticketId, version, title: "Other", requestId: randomUUID() };
    expect(await reason(flood.updateTicket(edit))).toBe("done");
    for (let n = 2; n < 100; n++) expect(await reason(flood.createTicket(offer()))).toBe("done");
    expect(await reason(flood.createTicket(offer()))).toBe("TOO_MANY_LISTINGS");
    const next = { ticketId, version: version + 1n, title: "Third" };
    expect(await reason(flood.updateTicket(next))).toBe("TOO_MANY_LISTINGS");
    // A repeat of what was done is none.
    expect(await reason(flood.createTicket(request))).toBe("done");
    expect(await reason(flood.updateTicket(edit))).toBe("done");
    expect(await reason(as(seller).createTicket(offer()))).toBe("done");
    now = new Date(now.getTime() + 36_000);
    expect(await reason(flood.updateTicket(next))).toBe("done");
    expect(await reason(flood.withdrawTicket({ ticketId, version: version + 2n }))).toBe("done");
  });
});

describe("a seller's tickets", () => {
  it("come newest first, page by page, and nobody else's among them", async () => {
    const lister = as({ user: randomUUID() });
    for (let n = 0; n < 3; n++) await lister.createTicket(offer({ title: `Night ${n}` }));
    const first = await lister.listMyTickets({ pageSize: 2 });
    const second = await lister.listMyTickets({ pageSize: 2, pageToken: first.nextPageToken });
    expect([...first.tickets, ...second.tickets].map(({ title }) => title).sort()).toEqual([
      "Night 0",
      "Night 1",
      "Night 2",
    ]);
    expect(second.nextPageToken).toBe("");
    expect(await reason(lister.listMyTickets({ pageToken: "nonsense" }))).toBe("BAD_PAGE_TOKEN");
  });
});
