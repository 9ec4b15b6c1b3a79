import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ListFacetsResponseSchema } from "@ticketing/proto/catalog/v1/catalog_service";
import type { EventCount, Facets } from "./event-query.ts";

/** The facets of a search as clients see them. */
export const facetsMessage = (facets: Facets): MessageInitShape<typeof ListFacetsResponseSchema> => ({
  events: countOf(facets.events),
  categories: facets.categories.map((facet) => ({ category: facet.category, events: countOf(facet) })),
  cities: facets.cities.map((facet) => ({ city: facet.city, events: countOf(facet) })),
  prices: facets.prices.map((facet) => ({
    currency: facet.currency,
    minPrice: BigInt(facet.min),
    maxPrice: BigInt(facet.max),
    events: countOf(facet),
  })),
});

const countOf = ({ count, atLeast }: EventCount) => ({ count, atLeast });
