import { useState } from "react";
import { Button } from "../design/button.tsx";
import { Combobox } from "../design/combobox.tsx";
import { useFocusOnMount } from "../design/use-focus-on-mount.ts";
import { EventLines } from "../events/event-lines.tsx";
import type { KnownEvent } from "../events/known-event.ts";
import { LONGEST_QUERY, useSuggestions } from "../events/use-suggestions.ts";
import styles from "./sell.module.css";
import { sellTexts as texts } from "./texts.ts";

/** The event that a ticket is for: found as the seller types, or proposed where it is not there. */
export function EventChoice(props: {
  event: KnownEvent | undefined;
  error: string | undefined;
  /** The seller has just named an event, or given it up: the focus goes on from here. */
  returned: boolean;
  onChoose: (event: KnownEvent | undefined) => void;
  onPropose: (title: string) => void;
}) {
  const { event } = props;
  const [used, setUsed] = useState(props.returned);
  if (event) {
    return (
      <ChosenEvent
        event={event}
        focused={used}
        onChange={() => {
          setUsed(true);
          props.onChoose(undefined);
        }}
      />
    );
  }
  return (
    <EventSearch
      {...props}
      focused={used}
      onChoose={(found) => {
        setUsed(true);
        props.onChoose(found);
      }}
    />
  );
}

function ChosenEvent(props: { event: KnownEvent; focused: boolean; onChange: () => void }) {
  const box = useFocusOnMount<HTMLDivElement>(props.focused);
  return (
    <div ref={box} className={styles.chosen} tabIndex={-1}>
      <div className={styles.lines}>
        <EventLines event={props.event} />
      </div>
      <Button look="secondary" onClick={props.onChange}>
        {texts.otherEvent}
      </Button>
    </div>
  );
}

/** A suggestion, or the way to name an event that is not among them. */
type Choice = KnownEvent | typeof NEW;
const NEW = "new";

function EventSearch(props: {
  error: string | undefined;
  focused: boolean;
  onChoose: (event: KnownEvent) => void;
  onPropose: (title: string) => void;
}) {
  const [text, setText] = useState("");
  const { events } = useSuggestions(text);
  const title = text.trim();
  const choices: readonly Choice[] = [...title].length < 2 ? [] : [...events, NEW];
  const box = useFocusOnMount<HTMLDivElement>(props.focused, "input");
  return (
    <div ref={box}>
      <Combobox<Choice>
        label={texts.event}
        hint={texts.eventHint}
        error={props.error}
        name="event"
        maxLength={LONGEST_QUERY}
        text={text}
        onText={setText}
        options={choices}
        keyOf={(choice) => (choice === NEW ? NEW : choice.id)}
        show={(choice) =>
          choice === NEW ? (
            <span className={styles.add}>{texts.notThere(title)}</span>
          ) : (
            <EventLines event={choice} />
          )
        }
        onTake={(choice) => (choice === NEW ? props.onPropose(title) : props.onChoose(choice))}
      />
    </div>
  );
}
