import { useId } from "react";
import { Field } from "../design/field.tsx";
import { venueTime } from "../format/venue-time.ts";
import styles from "./events.module.css";
import { instantsOf, type LocalStart } from "./local-start.ts";
import { eventTexts as texts } from "./texts.ts";

/** Day and time by the clocks at a venue. After a refusal that asks for it, a choice between two instants too. */
export function StartField(props: {
  label: string;
  hint?: string;
  error?: string | undefined;
  /** The IANA time zone of the venue. */
  timeZone: string;
  start: LocalStart;
  /** What the last attempt to send it threw. */
  failure: unknown;
  onChange: (start: LocalStart) => void;
}) {
  const { start, timeZone } = props;
  const name = useId();
  const instants = props.failure === undefined ? undefined : instantsOf(props.failure);
  return (
    <>
      <Field
        label={props.label}
        hint={props.hint}
        error={props.error}
        type="datetime-local"
        value={start.text}
        onChange={(event) => props.onChange({ text: event.target.value, instant: undefined })}
      />
      {instants && (
        <fieldset className={styles.instants}>
          <legend>{texts.whichTitle}</legend>
          {instants.map((instant) => (
            <label key={instant.getTime()} className={styles.instant}>
              <input
                type="radio"
                name={name}
                checked={start.instant?.getTime() === instant.getTime()}
                onChange={() => props.onChange({ ...start, instant })}
              />
              {venueTime(instant, timeZone)?.there ?? instant.toISOString()}
            </label>
          ))}
        </fieldset>
      )}
    </>
  );
}
