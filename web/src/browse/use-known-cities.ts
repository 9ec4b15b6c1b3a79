import { useQuery } from "@connectrpc/connect-query";
import { CatalogService } from "@ticketing/proto/catalog/v1/catalog_service";

/** Cities of the soonest hundred events, as suggestions. Any other can be typed. */
export function useKnownCities(): readonly string[] {
  const { data } = useQuery(CatalogService.method.listEvents, { pageSize: 100 }, { staleTime: 300_000 });
  const cities = data?.events.flatMap(({ event }) => (event ? [event.city] : [])) ?? [];
  return [...new Set(cities)].toSorted((a, b) => a.localeCompare(b));
}
