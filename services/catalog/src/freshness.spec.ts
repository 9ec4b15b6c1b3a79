import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { CatalogService } from "@ticketing/proto/catalog/v1/catalog_service";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { errorInfoOf, reasonOf } from "@ticketing/runtime/process/domain-error";
import { newSecretKey, secretKeys } from "@ticketing/runtime/process/secret-keys";
import { clientOf } from "@ticketing/runtime/testing/calls";
import { createCatalogService } from "./catalog-service.ts";
import { createListingFeed } from "./listing-feed.ts";
import { createPageTokens } from "./page-token.ts";
import { openProjection, type Projection } from "./projection/projection.ts";
import { createSearch } from "./search/search.ts";
import { createSuggestions } from "./suggestions/suggestions.ts";

const now = Date.UTC(2030, 0, 1);
const clock = () => new Date(now);

const pageTokens = createPageTokens(secretKeys.parse(newSecretKey()));

/** A replica of catalog whose stream it has applied up to an event. */
function openReplica() {
  const projection = openProjection(":memory:", { clock });
  const search = createSearch(projection);
  const service = createCatalogService({
    ...{ projection, search, pageTokens, clock },
    facets: { listFacets: () => Promise.reject(new Error("nobody asks for facets")) },
    feed: createListingFeed(search.findByIds),
    suggestions: createSuggestions(projection),
  });
  return { projection, catalog: clientOf(CatalogService, service, "nobody") };
}

const listing = (id: string, version: number) => ({
  ...{ id, version, sellerId: "s", sellerName: "Seller", title: "Jazz", category: 1 },
  ...{ eventTitle: "Jazz", venue: "Hall", city: "Oslo", start: now + 3_600_000 },
  seat: { section: "", row: "", number: "" },
  price: { minorUnits: 100 * version, currency: "EUR" },
  storedStatus: TicketStatus.AVAILABLE,
  instant: false,
  ...{ heldUntil: null, created: now, updated: now },
});
const applied = (projection: Projection, sequence: number, created = "2030") =>
  projection.apply({ position: { stream: "TICKETS", created, sequence, incomplete: false } });

let one: ReturnType<typeof openReplica>;
let two: ReturnType<typeof openReplica>;
beforeEach(() => {
  [one, two] = [openReplica(), openReplica()];
});
afterEach(() => {
  for (const { projection } of [one, two]) projection.close();
});

const behind = { reason: "PROJECTION_BEHIND", metadata: { retryAfter: "1" } };

describe("an answer to somebody who has seen a ticket", () => {
  const ask = (seen: { ticketId: string; minVersion: bigint }) =>
    one.catalog.searchTickets({ seen }).then(
      ({ tickets }) => tickets.map(({ ticket }) => ticket?.version),
      (error) => errorInfoOf(error),
    );

  it("has it, as new as that", async () => {
    const ticketId = randomUUID();
    one.projection.apply({ listings: [listing(ticketId, 1)] });
    expect(await ask({ ticketId, minVersion: 1n })).toEqual([1n]);
    const asked = ask({ ticketId, minVersion: 2n });
    one.projection.apply({ listings: [listing(ticketId, 2)] });
    expect(await asked).toEqual([2n]);
  });

  it("is refused by a replica that is behind for half a second", async () => {
    const ticketId = randomUUID();
    expect(await ask({ ticketId, minVersion: 1n })).toMatchObject(behind);
    one.projection.apply({ listings: [listing(ticketId, 1)] });
    expect(await ask({ ticketId, minVersion: 2n })).toMatchObject(behind);
    const events = one.catalog.listEvents({ seen: { ticketId, minVersion: 2n } });
    expect(await events.catch(reasonOf)).toBe("PROJECTION_BEHIND");
  });
});

describe("the page after another", () => {
  const answers = (pageToken: string) =>
    two.catalog.searchTickets({ pageToken }).then(() => "given", reasonOf);

  async function tokenOfOne(): Promise<string> {
    for (const id of ["a", "b"]) one.projection.apply({ listings: [listing(id, 1)] });
    applied(one.projection, 10);
    return (await one.catalog.searchTickets({ pageSize: 1 })).nextPageToken;
  }

  it("comes from no replica that has applied less", async () => {
    const token = await tokenOfOne();
    applied(two.projection, 9);
    expect(await answers(token)).toBe("PROJECTION_BEHIND");
    const asked = answers(token);
    applied(two.projection, 10);
    expect(await asked).toBe("given");
  });

  it("comes also when the stream was made anew, which counts from the beginning", async () => {
    const token = await tokenOfOne();
    applied(two.projection, 1, "2031");
    expect(await answers(token)).toBe("given");
  });
});
