import type { ListFacetsResponse } from "@ticketing/proto/catalog/v1/catalog_service";
import { formatMoney } from "../format/format-money.ts";
import { FacetList } from "./facet-list.tsx";
import { useSearchChange } from "./filters.tsx";
import type { BrowseSearch } from "./search.ts";
import { browseTexts as texts } from "./texts.ts";
import { countText } from "./use-facets.ts";

/** Cities and price bands to choose from, with how many events each would show. */
export function FacetFilters({
  search,
  facets,
}: {
  search: BrowseSearch;
  facets: ListFacetsResponse | undefined;
}) {
  const set = useSearchChange(search);
  if (!facets) return null;
  return (
    <>
      <FacetList
        title={texts.cities}
        facets={facets.cities.map(({ city, events }) => {
          const chosen = city.toLowerCase() === search.city?.toLowerCase();
          return {
            ...{ key: city, label: <bdi>{city}</bdi>, count: countText(events), chosen },
            onToggle: () => set({ city: chosen ? "" : city }),
          };
        })}
      />
      <FacetList
        title={texts.priceBands}
        facets={facets.prices.map(({ currency, minPrice, maxPrice, events }) => {
          const [min, max] = [inUnits(minPrice), inUnits(maxPrice)];
          const money = (minorUnits: bigint) => formatMoney({ minorUnits, currency });
          const chosen = search.currency === currency && search.min === min && search.max === max;
          return {
            key: `${currency} ${minPrice}`,
            label: texts.priceBand(minPrice > 0n && money(minPrice), maxPrice > 0n && money(maxPrice)),
            ...{ count: countText(events), chosen },
            onToggle: () =>
              set(
                chosen
                  ? { currency: "", min: "", max: "" }
                  : { currency, min: min?.toString() ?? "", max: max?.toString() ?? "" },
              ),
          };
        })}
      />
    </>
  );
}

/** An amount in minor units as an address has it; undefined for an open end. All currencies here have hundredths. */
const inUnits = (minorUnits: bigint): number | undefined =>
  minorUnits > 0n ? Number(minorUnits) / 100 : undefined;
