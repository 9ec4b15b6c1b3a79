import type { ServiceImpl } from "@connectrpc/connect";
import {
  type CatalogService,
  OrderBy,
  TicketFilterSchema,
} from "@ticketing/proto/catalog/v1/catalog_service";
import { rowsOfPage } from "@ticketing/runtime/documents/page-size";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { allowBriefCaching } from "@ticketing/runtime/serving/brief-caching";
import { clientNetwork } from "@ticketing/runtime/serving/client-network";
import { eventMessage, eventPageMessage } from "./event-message.ts";
import { facetsMessage } from "./facets-message.ts";
import { createFreshness } from "./freshness.ts";
import type { ListingFeed } from "./listing-feed.ts";
import { listingMessage } from "./listing-message.ts";
import { type PageTokens, searchFingerprint } from "./page-token.ts";
import type { ProjectionView } from "./projection/view.ts";
import type { FacetReader } from "./search/facet-reader.ts";
import type { Search } from "./search/search.ts";
import type { Suggestions } from "./suggestions/suggestions.ts";
import { watchTickets } from "./watch-tickets.ts";

const HEARTBEAT_MS = 15_000;

const DEFAULT_SUGGESTIONS = 8;
const MAX_SUGGESTIONS = 20;

/** The public API of search and live ticket states. */
export function createCatalogService(deps: {
  projection: Pick<ProjectionView, "positionOf">;
  search: Search;
  facets: Pick<FacetReader, "listFacets">;
  suggestions: Suggestions;
  feed: ListingFeed;
  pageTokens: PageTokens;
  clock: Clock;
}): ServiceImpl<typeof CatalogService> {
  const { search, pageTokens, clock } = deps;
  const freshness = createFreshness(deps.projection, search);
  return {
    async searchTickets(request, context) {
      const order = request.orderBy || OrderBy.START_TIME;
      const of = searchFingerprint(TicketFilterSchema, request.filter, order);
      const before = pageTokens.decode(request.pageToken, of);
      await freshness.require(request.seen, before?.mark, context.signal);
      const page = await search.search({
        filter: request.filter,
        order,
        after: before?.position,
        limit: rowsOfPage(request.pageSize),
      });
      allowBriefCaching(context, request);
      const now = clock();
      return {
        tickets: page.rows.map((row) => listingMessage(row, now)),
        nextPageToken: page.next
          ? pageTokens.encode({ position: page.next, mark: freshness.mark() }, of)
          : "",
      };
    },

    async listEvents(request, context) {
      const of = searchFingerprint(TicketFilterSchema, request.filter, -1);
      const before = pageTokens.decode(request.pageToken, of);
      await freshness.require(request.seen, before?.mark, context.signal);
      const page = await search.listEvents({
        filter: request.filter,
        after: before?.position,
        limit: rowsOfPage(request.pageSize),
      });
      allowBriefCaching(context, request);
      return {
        events: page.rows.map(eventMessage),
        nextPageToken: page.next
          ? pageTokens.encode({ position: page.next, mark: freshness.mark() }, of)
          : "",
      };
    },

    async listFacets({ filter, seen }, context) {
      await freshness.require(seen, undefined, context.signal);
      const network = clientNetwork(context.requestHeader);
      const facets = await deps.facets.listFacets(filter, { signal: context.signal, network });
      allowBriefCaching(context, { seen });
      return facetsMessage(facets);
    },

    async describeEvent({ eventId, seen }, context) {
      await freshness.require(seen, undefined, context.signal);
      const page = await search.describeEvent(eventId);
      if (!page) throw new DomainError("EVENT_NOT_FOUND", "there is no such event");
      allowBriefCaching(context, { seen });
      return eventPageMessage(page);
    },

    async suggestEvents({ query, city, pageSize }) {
      const limit = Math.min(pageSize || DEFAULT_SUGGESTIONS, MAX_SUGGESTIONS);
      return deps.suggestions.suggest({ query, city, limit });
    },

    async *watchTickets(request, context) {
      const watching = { read: search.findByIds, feed: deps.feed, heartbeatMs: HEARTBEAT_MS };
      for await (const listing of watchTickets(watching, request.ticketIds, context.signal)) {
        yield listing ? { ticket: listingMessage(listing, clock()) } : {};
      }
    },
  };
}
