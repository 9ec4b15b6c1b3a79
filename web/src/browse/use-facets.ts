import type { MessageInitShape } from "@bufbuild/protobuf";
import { useQuery } from "@connectrpc/connect-query";
import { keepPreviousData } from "@tanstack/react-query";
import {
  CatalogService,
  type EventCount,
  type ListFacetsResponse,
  type TicketFilterSchema,
} from "@ticketing/proto/catalog/v1/catalog_service";

/**
 * How many events there are of each category, city and price band. Undefined until the first answer, and where none
 * comes: a list can be browsed without.
 */
export const useFacets = (
  filter: MessageInitShape<typeof TicketFilterSchema>,
): ListFacetsResponse | undefined =>
  useQuery(CatalogService.method.listFacets, { filter }, { placeholderData: keepPreviousData }).data;

const number = new Intl.NumberFormat();

/** "1,000+" where there may be more than were counted. */
export const countText = (events: EventCount | undefined): string =>
  `${number.format(events?.count ?? 0)}${events?.atLeast ? "+" : ""}`;
