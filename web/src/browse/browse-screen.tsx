import { getRouteApi, useNavigate } from "@tanstack/react-router";
import styles from "./browse.module.css";
import { EventList } from "./event-list.tsx";
import { FacetFilters } from "./facet-filters.tsx";
import { toFilter } from "./filter.ts";
import { Choice, FinerFilters } from "./filters.tsx";
import { Hero } from "./hero.tsx";
import { NothingFound } from "./nothing-found.tsx";
import { nearby, useRememberedCity } from "./remembered-city.ts";
import { SortSelect } from "./sort-select.tsx";
import { browseTexts as texts } from "./texts.ts";
import { TicketList } from "./ticket-list.tsx";
import { useFacets } from "./use-facets.ts";

/** The start page: events with their cheapest prices, or single tickets. */
export function BrowseScreen() {
  const search = nearby(getRouteApi("/").useSearch(), useRememberedCity());
  const navigate = useNavigate({ from: "/" });
  const showsTickets = search.view === "tickets";
  const filter = toFilter(search);
  const facets = useFacets(filter);
  const view = (
    <Choice
      legend={texts.view}
      name="view"
      look="tabs"
      value={showsTickets ? "tickets" : "events"}
      options={[
        ["events", texts.events],
        ["tickets", texts.tickets],
      ]}
      onChange={(chosen) =>
        void navigate({
          search: { ...search, view: chosen === "tickets" ? "tickets" : undefined },
          replace: true,
          resetScroll: false,
        })
      }
    />
  );
  return (
    <>
      <Hero search={search} facets={facets} />
      <div className={styles.browse}>
        <FinerFilters search={search}>
          <FacetFilters search={search} facets={facets} />
        </FinerFilters>
        {showsTickets ? (
          <TicketList
            filter={filter}
            sort={search.sort ?? "soonest"}
            nothing={<NothingFound search={search} />}
            toolbar={
              <>
                {view}
                <SortSelect
                  value={search.sort ?? "soonest"}
                  onChange={(sort) =>
                    void navigate({ search: { ...search, sort }, replace: true, resetScroll: false })
                  }
                />
              </>
            }
          />
        ) : (
          <EventList filter={filter} toolbar={view} nothing={<NothingFound search={search} />} />
        )}
      </div>
    </>
  );
}
