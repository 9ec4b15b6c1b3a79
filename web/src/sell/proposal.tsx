import type { Venue } from "@ticketing/proto/events/v1/venue";
import { useState } from "react";
import { Button } from "../design/button.tsx";
import { useFocusOnMount } from "../design/use-focus-on-mount.ts";
import type { KnownEvent } from "../events/known-event.ts";
import { proposalTexts as texts } from "./proposal-texts.ts";
import { ProposeEvent } from "./propose-event.tsx";
import { ProposeVenue } from "./propose-venue.tsx";
import styles from "./sell.module.css";

/** An event that nobody has named yet, in two steps: where it takes place, and then what and when, by the clock there. */
export function Proposal(props: { title: string; onDone: (event: KnownEvent) => void; onLeave: () => void }) {
  const [venue, setVenue] = useState<Venue>();
  const heading = useFocusOnMount<HTMLHeadingElement>(true);
  return (
    <section className={styles.proposal} aria-labelledby="proposal">
      <h2 id="proposal" ref={heading} tabIndex={-1}>
        {texts.title}
      </h2>
      {venue ? (
        <ProposeEvent
          title={props.title}
          venue={venue}
          onDone={props.onDone}
          onOtherVenue={() => setVenue(undefined)}
        />
      ) : (
        <ProposeVenue onDone={setVenue} />
      )}
      <div>
        <Button look="quiet" onClick={props.onLeave}>
          {texts.leave}
        </Button>
      </div>
    </section>
  );
}
