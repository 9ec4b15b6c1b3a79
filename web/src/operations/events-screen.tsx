import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { PageHeader } from "../design/page.tsx";
import { FindEvent } from "../events/find-event.tsx";
import { eventTexts as texts } from "./event-texts.ts";
import styles from "./events.module.css";
import { ForOperators } from "./for-operators.tsx";
import { OneEvent } from "./one-event.tsx";

/** Events for operators: one is found, and then moved, cancelled or merged. The address names it. */
export function EventsScreen() {
  const { event, other } = getRouteApi("/operations/events").useSearch();
  const navigate = useNavigate({ from: "/operations/events" });
  const show = (search: { event?: string | undefined; other?: string | undefined }) =>
    void navigate({ search, resetScroll: false });
  return (
    <ForOperators>
      <Link to="/operations" className={styles.back}>
        ← {texts.back}
      </Link>
      <PageHeader title={texts.title} lead={texts.lead} />
      <div className={styles.find}>
        <FindEvent label={texts.find} hint={texts.findHint} onTake={({ id }) => show({ event: id })} />
      </div>
      {event && <OneEvent key={event} eventId={event} otherId={other} show={show} />}
    </ForOperators>
  );
}
