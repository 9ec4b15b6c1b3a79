import { useState } from "react";
import { Combobox } from "../design/combobox.tsx";
import { ErrorNotice } from "../design/states.tsx";
import { EventLines } from "./event-lines.tsx";
import styles from "./events.module.css";
import type { KnownEvent } from "./known-event.ts";
import { eventTexts as texts } from "./texts.ts";
import { useKnownEvents } from "./use-known-events.ts";

/** Room for an address with an id in it. */
const LONGEST_TEXT = 200;

/** A field that finds an event while somebody types. It is empty again after one was taken. */
export function FindEvent(props: { label: string; hint?: string; onTake: (event: KnownEvent) => void }) {
  const [text, setText] = useState("");
  const { events, answered, error } = useKnownEvents(text);
  return (
    <>
      <Combobox
        label={props.label}
        hint={props.hint}
        maxLength={LONGEST_TEXT}
        text={text}
        onText={setText}
        options={events}
        keyOf={({ id }) => id}
        show={(event) => <EventLines event={event} />}
        onTake={(event) => {
          setText("");
          props.onTake(event);
        }}
      />
      <p role="status" className={styles.soft}>
        {answered && events.length === 0 && texts.noneFound}
      </p>
      {error ? <ErrorNotice error={error} /> : null}
    </>
  );
}
