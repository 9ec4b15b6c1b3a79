import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { Button } from "../design/button.tsx";
import { Checkbox, Field, type FieldProps, Select } from "../design/field.tsx";
import { useWideWindow } from "../design/use-wide-window.ts";
import { currencies } from "../format/currencies.ts";
import styles from "./browse.module.css";
import { rememberCity } from "./remembered-city.ts";
import { type BrowseSearch, browseSearch, countFilters } from "./search.ts";
import { browseTexts as texts } from "./texts.ts";
import { useDraft } from "./use-draft.ts";

/** A change of the search that leaves the words alone. */
export const noFilters = {
  ...{ category: "", city: "", from: "", to: "" },
  ...{ min: "", max: "", currency: "", instant: "" },
};

/** Changes the search in the address. */
export function useSearchChange(search: BrowseSearch) {
  const navigate = useNavigate({ from: "/" });
  return (change: Record<string, string | undefined>) => {
    if ("city" in change) rememberCity(change.city);
    void navigate({ search: browseSearch({ ...search, ...change }), replace: true, resetScroll: false });
  };
}

/** Dates, prices and what else there is: at the side of a wide window, folded away in a narrow one. */
export function FinerFilters({ search, children }: { search: BrowseSearch; children: ReactNode }) {
  const active = countFilters(search);
  const title = active > 0 ? texts.filtersOn(active) : texts.filters;
  const isWide = useWideWindow();
  // Open at first if a filter is set; afterwards as the person leaves it.
  const [open, setOpen] = useState(active > (search.category ? 1 : 0));
  const fields = (
    <>
      <FilterFields search={search} />
      {children}
    </>
  );
  return (
    <search aria-label={texts.filters} className={styles.filters}>
      {isWide ? (
        <>
          <h2 className={styles.title}>{title}</h2>
          {fields}
        </>
      ) : (
        <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>
            <h2 className={styles.summaryTitle}>{title}</h2>
          </summary>
          {fields}
        </details>
      )}
    </search>
  );
}

/** Each acts at once and is part of the address. */
function FilterFields({ search }: { search: BrowseSearch }) {
  const set = useSearchChange(search);
  return (
    <div className={styles.filterGrid}>
      <DraftField label={texts.from} type="date" text={search.from ?? ""} onText={(from) => set({ from })} />
      <DraftField label={texts.to} type="date" text={search.to ?? ""} onText={(to) => set({ to })} />
      <DraftField
        label={texts.min}
        inputMode="numeric"
        text={search.min?.toString() ?? ""}
        onText={(min) => set({ min })}
      />
      <DraftField
        label={texts.max}
        inputMode="numeric"
        text={search.max?.toString() ?? ""}
        onText={(max) => set({ max })}
      />
      <Select
        label={texts.currency}
        value={search.currency ?? ""}
        onChange={(event) => set({ currency: event.target.value })}
      >
        <option value="">{texts.anyCurrency}</option>
        {currencies.map((currency) => (
          <option key={currency}>{currency}</option>
        ))}
      </Select>
      <Checkbox
        label={texts.onlyInstant}
        checked={search.instant !== undefined}
        onChange={(checked) => set({ instant: checked ? "yes" : "" })}
      />
      {countFilters(search) > 0 && (
        <div className={styles.clear}>
          <Button look="quiet" onClick={() => set(noFilters)}>
            {texts.clear}
          </Button>
        </div>
      )}
    </div>
  );
}

/** A field that acts when the typing pauses. */
export function DraftField({
  text,
  onText,
  ...field
}: FieldProps & { text: string; onText: (text: string) => void }) {
  const [draft, setDraft] = useDraft(text, onText);
  return <Field {...field} value={draft} onChange={(event) => setDraft(event.target.value)} />;
}

/** A choice of one, shown as pills or tabs that are radio buttons underneath. */
export function Choice(props: {
  legend: string;
  name: string;
  value: string;
  options: readonly (readonly [value: string, label: ReactNode])[];
  onChange: (value: string) => void;
  look: "pills" | "tabs";
}) {
  const [frame, option] = props.look === "pills" ? [styles.kinds, styles.pill] : [styles.tabs, styles.tab];
  return (
    <fieldset className={frame}>
      <legend className="visually-hidden">{props.legend}</legend>
      {props.options.map(([value, label]) => (
        <label key={value} className={styles.kind}>
          <input
            type="radio"
            name={props.name}
            value={value}
            checked={props.value === value}
            onChange={() => props.onChange(value)}
          />
          <span className={option}>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
