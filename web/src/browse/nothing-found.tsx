import { Link } from "@tanstack/react-router";
import { useId } from "react";
import { Button } from "../design/button.tsx";
import { EmptyState } from "../design/states.tsx";
import { EventLines } from "../events/event-lines.tsx";
import { useSuggestions } from "../events/use-suggestions.ts";
import { noFilters, useSearchChange } from "./filters.tsx";
import styles from "./nothing-found.module.css";
import { type BrowseSearch, countFilters } from "./search.ts";
import { browseTexts as texts } from "./texts.ts";

/** So many events are shown that the words may mean. */
const FEW = 3;

/** In the place of a list without a match: ways to look for less, and events that the words may mean. */
export function NothingFound({ search }: { search: BrowseSearch }) {
  const set = useSearchChange(search);
  return (
    <>
      <EmptyState title={texts.emptyTitle} text={texts.emptyText}>
        <div className={styles.ways}>
          {countFilters(search) > 0 && (
            <Button look="secondary" onClick={() => set(noFilters)}>
              {texts.clear}
            </Button>
          )}
          {search.q && (
            <Button look="secondary" onClick={() => set({ q: "" })}>
              {texts.clearWords}
            </Button>
          )}
        </div>
      </EmptyState>
      <Meant query={search.q ?? ""} />
    </>
  );
}

/** Events whose names are close to what somebody looks for: a letter may be wrong. */
function Meant({ query }: { query: string }) {
  const id = useId();
  const { events, answered } = useSuggestions(query);
  if (!answered || events.length === 0) return null;
  return (
    <section aria-labelledby={id} className={styles.meant}>
      <h2 id={id}>{texts.didYouMean}</h2>
      <ul className={styles.events}>
        {events.slice(0, FEW).map((event) => (
          <li key={event.id}>
            <Link to="/events/$eventId" params={{ eventId: event.id }} className={styles.event}>
              <EventLines event={event} />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
