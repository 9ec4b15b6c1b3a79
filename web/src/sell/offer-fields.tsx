import { Field, Select } from "../design/field.tsx";
import { amountText } from "../form/parse-amount.ts";
import { type Draft, offerOf, type TextField } from "./draft.ts";
import { EventChoice } from "./event-choice.tsx";
import styles from "./sell.module.css";
import { SellerShare } from "./seller-share.tsx";
import { sellTexts as texts } from "./texts.ts";

/** The fields of an offer. */
export function OfferFields(props: {
  draft: Draft;
  currencies: readonly string[];
  errorOf: (path: string) => string | undefined;
  onChange: (draft: Draft) => void;
  /** An event is being named elsewhere, which then replaces the choice; or the seller has come back from there. */
  proposing: boolean;
  returned: boolean;
  /** Nobody knows an event of this title: the seller wants to name it. */
  onPropose: (title: string) => void;
}) {
  const { draft, errorOf } = props;
  const field = (name: TextField, path: string) => ({
    name,
    value: draft[name],
    error: errorOf(path),
    onChange: (event: { target: { value: string } }) =>
      props.onChange({ ...draft, [name]: event.target.value }),
  });
  return (
    <>
      <fieldset className={styles.group}>
        <legend>{texts.eventLegend}</legend>
        {!props.proposing && (
          <EventChoice
            event={draft.event}
            // The contract holds it against the whole message that it names no event.
            error={errorOf("")}
            returned={props.returned}
            onChoose={(event) => props.onChange({ ...draft, event })}
            onPropose={props.onPropose}
          />
        )}
      </fieldset>
      <fieldset className={styles.group}>
        <legend>{texts.seatLegend}</legend>
        <p className={styles.soft}>{texts.seatHint}</p>
        <div className={styles.seat}>
          <Field label={texts.section} autoComplete="off" {...field("section", "seat.section")} />
          <Field label={texts.row} autoComplete="off" {...field("row", "seat.row")} />
          <Field label={texts.number} autoComplete="off" {...field("number", "seat.number")} />
        </div>
      </fieldset>
      <fieldset className={styles.group}>
        <legend>{texts.offerLegend}</legend>
        <Field label={texts.offer} hint={texts.offerHint} autoComplete="off" {...field("title", "title")} />
        <div className={styles.price}>
          <Field
            label={texts.price}
            hint={texts.priceHint(amountText(4_550n, draft.currency))}
            inputMode="decimal"
            autoComplete="off"
            {...field("price", "price.minorUnits")}
            error={errorOf("price") ?? errorOf("price.minorUnits")}
          />
          <Select label={texts.currency} {...field("currency", "price.currency")}>
            {[...new Set([...props.currencies, draft.currency])].map((currency) => (
              <option key={currency}>{currency}</option>
            ))}
          </Select>
        </div>
        <SellerShare price={offerOf(draft).price} />
      </fieldset>
    </>
  );
}
