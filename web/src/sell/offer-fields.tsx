import { Category } from "@ticketing/proto/tickets/v1/ticket";
import { Field, Select } from "../design/field.tsx";
import { localDate, zoneAt } from "../form/local-time.ts";
import { amountText } from "../form/parse-amount.ts";
import { currencies } from "../format/currencies.ts";
import { categories } from "../ticket/categories.ts";
import { categoryLabels } from "../ticket/texts.ts";
import type { Draft, DraftField } from "./draft.ts";
import styles from "./sell.module.css";
import { sellTexts as texts } from "./texts.ts";

/** The fields of an offer. */
export function OfferFields(props: {
  draft: Draft;
  errorOf: (path: string) => string | undefined;
  onChange: (draft: Draft) => void;
}) {
  const { draft, errorOf } = props;
  const field = (name: DraftField, path: string) => ({
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
        <Field
          label={texts.event}
          hint={texts.eventHint}
          autoComplete="off"
          {...field("event", "event.title")}
        />
        <Select label={texts.category} {...field("category", "category")}>
          <option value={Category.UNSPECIFIED}>{texts.choose}</option>
          {categories.map((category) => (
            <option key={category} value={category}>
              {categoryLabels[category]}
            </option>
          ))}
        </Select>
        <div className={styles.pair}>
          <Field label={texts.venue} autoComplete="off" {...field("venue", "event.venue")} />
          <Field label={texts.city} autoComplete="off" {...field("city", "event.city")} />
        </div>
        <Field
          label={texts.start}
          hint={texts.startHint(zoneAt(localDate(draft.start) ?? new Date()))}
          type="datetime-local"
          {...field("start", "event.startTime")}
        />
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
            {currencies.map((currency) => (
              <option key={currency}>{currency}</option>
            ))}
          </Select>
        </div>
      </fieldset>
    </>
  );
}
